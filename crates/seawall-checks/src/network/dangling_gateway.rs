//! `network-dangling-gateway`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{Completeness, Inventory, Place};

use crate::network::backends::{SERVICE, has_port, service_named};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-dangling-gateway",
    title: "route of a gateway sends requests to nothing",
    why: "the gateway answers with errors until somebody creates a Service of that name, who then serves the public under a \
          name that is not theirs",
    help: "correct the name, namespace or port of the backend, or delete the rule",
    pillar: Pillar::Network,
    severity: Severity::Medium,
    confidence: Confidence::High,
    needs: &[SERVICE],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

const GROUP: &str = "gateway.networking.k8s.io";
const ROUTES: [&str; 5] = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let proof = inventory.completeness(SERVICE) == Completeness::Complete;
    for kind in ROUTES {
        let routes = inventory.of_kind_any_group(kind);
        for route in routes.filter(|route| route.group() == GROUP) {
            let verdicts = out.judge(route);
            let rules = route.root().get("spec").into_iter().flat_map(|spec| spec.list("rules"));
            for backend in rules.flat_map(|rule| rule.list("backendRefs")) {
                let is_service = backend.str("group").unwrap_or("").is_empty()
                    && backend.str("kind").unwrap_or("Service") == "Service";
                let Some(node) = backend.get("name").filter(|_| is_service) else { continue };
                let Some(name) = node.as_str() else { continue };
                let namespace = backend.str("namespace").or(route.namespace());
                let place = |node| Place { resource: route.id(), route: route.route_of(node) };
                match service_named(inventory, route, namespace, name) {
                    None if proof => {
                        let home = namespace.unwrap_or("default");
                        let message = format!("Service `{name}` does not exist in namespace `{home}`");
                        verdicts.fail(place(node), message);
                    }
                    None => verdicts.not_evaluated(format!("Service `{name}` is not here")),
                    Some(service) => {
                        let port = backend.get("port").filter(|port| !has_port(service, *port, false));
                        if let Some(port) = port {
                            let written = port.scalar_text().unwrap_or_default();
                            let message = format!("Service `{name}` has no port `{written}`");
                            verdicts.fail(place(port), message).linked(service.subject());
                        }
                    }
                }
            }
        }
    }
}
