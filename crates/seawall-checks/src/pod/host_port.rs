//! `pod-host-port`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-host-port",
    title: "container takes a port of the node",
    why: "a host port is open on the node's addresses, past Services and on many networks past network policies, and it ties the pod to nodes where the port is free",
    help: "remove `hostPort` and expose the pod through a Service",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["PSS:baseline", "PSS:restricted", "CIS-1.23:5.2.13", "NSA:general"],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    for (i, port) in container.node().list("ports").enumerate() {
        let Some(number) = port.int("hostPort").filter(|number| *number != 0) else { continue };
        let place = container.place(&["ports"]).index(i).keys(&["hostPort"]);
        let fix = Fix::remove(FixRisk::High, place.route.clone());
        let draft = out.fail(place, format!("{} takes port {number} of the node", container.label()));
        // With the network of the node the API server writes the port back.
        if !container.pod().host_flag("hostNetwork") {
            draft.fix(fix);
        }
    }
}
