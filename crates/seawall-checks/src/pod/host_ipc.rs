//! `pod-host-ipc`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::PodView;

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-host-ipc",
    title: "pod shares the IPC namespace of the node",
    why: "its containers can read and write the shared memory, semaphores and message queues of processes of the node and of other such pods",
    help: "remove `hostIPC`; containers of one pod share memory through an `emptyDir` with `medium: Memory`",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["PSS:baseline", "PSS:restricted", "CIS-1.12:5.2.4", "CIS-1.23:5.2.4", "NSA:1.3"],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

const FIELD: &str = "hostIPC";

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    if pod.host_flag(FIELD) {
        let place = pod.place(&[FIELD]);
        let fix = Fix::remove(FixRisk::Medium, place.route.clone());
        out.fail(place, "pod shares the IPC namespace of the node").fix(fix);
    }
}
