//! `network-dangling-ingress`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{Completeness, Inventory, Place};

use crate::network::backends::{SERVICE, has_port, ingress_backends, is_ingress, service_named};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-dangling-ingress",
    title: "an Ingress sends requests to nothing",
    why: "the host name stays published while its backend is gone: whoever may create a Service of that name in the \
          namespace answers the requests of the public in its place",
    help: "correct the name or the port of the Service, or delete the path",
    pillar: Pillar::Network,
    severity: Severity::Medium,
    confidence: Confidence::High,
    needs: &[SERVICE],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let proof = inventory.completeness(SERVICE) == Completeness::Complete;
    for ingress in inventory.of_kind_any_group("Ingress").filter(|resource| is_ingress(resource)) {
        let verdicts = out.judge(ingress);
        for backend in ingress_backends(ingress) {
            let backend = match backend {
                Ok(backend) => backend,
                Err(place) => {
                    verdicts.fail(place, "the backend names no Service in the notation of its version");
                    continue;
                }
            };
            let name = backend.name;
            // The controllers of AWS take actions by this name instead of ports.
            let action = backend.port.and_then(|port| port.as_str()) == Some("use-annotation");
            match service_named(inventory, ingress, ingress.namespace(), name) {
                None if action => {}
                None if proof => {
                    verdicts.fail(backend.place, format!("Service `{name}` does not exist"));
                }
                None => verdicts.not_evaluated(format!("Service `{name}` is not here")),
                Some(service) => {
                    let port = backend.port.filter(|port| !action && !has_port(service, *port, true));
                    if let Some(port) = port {
                        let place = Place { resource: ingress.id(), route: ingress.route_of(port) };
                        let written = port.scalar_text().unwrap_or_default();
                        let draft = verdicts.fail(place, format!("Service `{name}` has no port `{written}`"));
                        draft.linked(service.subject());
                    }
                }
            }
        }
    }
}
