//! `workload-memory-request-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::resources::{AMOUNT, MEMORY, Side, judge_missing};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-memory-request-missing",
    title: "container has no memory request",
    why: "the scheduler counts it as needing no memory, and when a node runs out of it the kubelet \
          evicts first whoever uses more than it requested",
    help: "set `resources.requests.memory` to what the container needs to work",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    settings: &[AMOUNT],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    judge_missing(container, Side::Requests, MEMORY, out);
}
