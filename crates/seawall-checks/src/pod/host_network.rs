//! `pod-host-network`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::PodView;

use crate::pod::setters;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-host-network",
    title: "pod shares the network of the node",
    why: "its containers listen and speak as the node: they reach services bound to the node's loopback and the cloud's metadata service, can see its traffic, and network policies do not hold them",
    help: "remove `hostNetwork` and expose the pod through a Service",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["PSS:baseline", "PSS:restricted", "CIS-1.12:5.2.5", "CIS-1.23:5.2.5", "NSA:1.4"],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

const FIELD: &str = "hostNetwork";

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    if !pod.host_flag(FIELD) {
        return;
    }
    let place = pod.place(&[FIELD]);
    let fix = Fix::remove(FixRisk::High, place.route.clone());
    let draft = out.fail(place, "pod shares the network of the node");
    // The API server refuses host processes without it, so they have to go first.
    let mut host_process = setters(pod, &["windowsOptions", "hostProcess"]);
    if host_process.any(|setter| setter.node.as_bool() == Some(true)) {
        draft.note("Windows host processes need it");
    } else {
        draft.fix(fix);
    }
}
