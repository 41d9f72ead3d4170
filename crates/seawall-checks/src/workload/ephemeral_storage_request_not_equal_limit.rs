//! `workload-ephemeral-storage-request-not-equal-limit`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::resources::{EPHEMERAL_STORAGE, judge_unequal};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-ephemeral-storage-request-not-equal-limit",
    title: "ephemeral storage request and limit of a container differ",
    why: "the node promises less disk than the container may fill, so full disks and evictions hit pods \
          that kept within their own share",
    help: "set the request for ephemeral storage to the limit",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    judge_unequal(container, EPHEMERAL_STORAGE, FixRisk::Low, out);
}
