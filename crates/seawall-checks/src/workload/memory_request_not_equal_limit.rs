//! `workload-memory-request-not-equal-limit`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::resources::{MEMORY, judge_unequal};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-memory-request-not-equal-limit",
    title: "memory request and limit of a container differ",
    why: "it may use memory that the scheduler has promised to others, and is among the first to be \
          killed when they want it",
    help: "set the memory request to the limit",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    judge_unequal(container, MEMORY, FixRisk::Low, out);
}
