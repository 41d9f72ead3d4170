//! `pod-host-pid`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::PodView;

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-host-pid",
    title: "pod shares the process namespace of the node",
    why: "its containers see every process of the node: their arguments, their environment and, as root, their memory and files",
    help: "remove `hostPID`; for debugging use an ephemeral container, for metrics an agent that reads `/proc` read-only",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["PSS:baseline", "PSS:restricted", "CIS-1.12:5.2.3", "CIS-1.23:5.2.3", "NSA:1.5"],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

const FIELD: &str = "hostPID";

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    if pod.host_flag(FIELD) {
        let place = pod.place(&[FIELD]);
        let fix = Fix::remove(FixRisk::Medium, place.route.clone());
        out.fail(place, "pod shares the process namespace of the node").fix(fix);
    }
}
