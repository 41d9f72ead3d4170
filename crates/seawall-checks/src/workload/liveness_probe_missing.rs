//! `workload-liveness-probe-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::probe::judge_missing;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-liveness-probe-missing",
    title: "container has no liveness probe",
    why: "a program that hangs goes on running: nobody restarts what has not ended",
    help: "add a `livenessProbe` that fails only when a restart would help",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    judge_missing(container, "livenessProbe", "liveness probe", out);
}
