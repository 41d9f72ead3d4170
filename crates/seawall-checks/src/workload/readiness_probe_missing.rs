//! `workload-readiness-probe-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::probe::judge_missing;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-readiness-probe-missing",
    title: "container has no readiness probe",
    why: "traffic reaches it from the moment its process starts, and goes on reaching it while it cannot \
          answer",
    help: "add a `readinessProbe` that fails while the container cannot serve",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    judge_missing(container, "readinessProbe", "readiness probe", out);
}
