//! `workload-memory-limit-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::resources::{AMOUNT, MEMORY, Side, judge_missing};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-memory-limit-missing",
    title: "container has no memory limit",
    why: "a leak or an attacker may fill the memory of the whole node, and the kernel then kills \
          processes of other pods, of the runtime or of the kubelet",
    help: "set `resources.limits.memory`, best to the same value as the request",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["NSA:general"],
    settings: &[AMOUNT],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    judge_missing(container, Side::Limits, MEMORY, out);
}
