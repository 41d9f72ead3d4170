//! `workload-ephemeral-storage-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::resources::{EPHEMERAL_STORAGE, Side, judge_missing};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-ephemeral-storage-missing",
    title: "container has no request or no limit for ephemeral storage",
    why: "its logs, caches and `emptyDir` volumes may fill the disk of the node, and the scheduler does \
          not know that it needs any",
    help: "set `ephemeral-storage` in both `resources.requests` and `resources.limits`",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    judge_missing(container, Side::Limits, EPHEMERAL_STORAGE, out);
    judge_missing(container, Side::Requests, EPHEMERAL_STORAGE, out);
}
