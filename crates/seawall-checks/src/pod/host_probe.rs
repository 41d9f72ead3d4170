//! `pod-host-probe`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-host-probe",
    title: "probe or lifecycle hook connects to a host of its own",
    why: "the kubelet connects to that host from the node's network, again and again: whoever writes the pod sends requests to places that the pod itself must not reach",
    help: "remove `host`, so that the kubelet connects to the pod; to set the HTTP header, use `httpHeaders`",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["PSS:baseline", "PSS:restricted"],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

/// Where the kubelet connects to something on behalf of a container: probes, and hooks of the life cycle.
const ACTIONS: [&[&str]; 5] = [
    &["livenessProbe"],
    &["readinessProbe"],
    &["startupProbe"],
    &["lifecycle", "postStart"],
    &["lifecycle", "preStop"],
];

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    for action in ACTIONS {
        for kind in ["httpGet", "tcpSocket"] {
            let host = container.node().path(action).and_then(|node| node.get(kind)?.str("host"));
            let Some(host) = host.filter(|host| !host.is_empty()) else { continue };
            let name = action.last().copied().unwrap_or_default();
            let place = container.place(action).keys(&[kind, "host"]);
            let fix = Fix::remove(FixRisk::Medium, place.route.clone());
            out.fail(place, format!("`{name}` of {} connects to host `{host}`", container.label())).fix(fix);
        }
    }
}
