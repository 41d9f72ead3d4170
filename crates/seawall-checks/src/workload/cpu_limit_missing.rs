//! `workload-cpu-limit-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::resources::{AMOUNT, CPU, Side, judge_missing};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-cpu-limit-missing",
    title: "container has no CPU limit",
    why: "one container may take all processor time that nobody has requested, so the speed of its \
          neighbours depends on what it does",
    help: "set `resources.limits.cpu`, or a LimitRange that sets it; where bursts are wanted on purpose, \
          waive this and see that every container has a CPU request",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["NSA:general"],
    settings: &[AMOUNT],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    judge_missing(container, Side::Limits, CPU, out);
}
