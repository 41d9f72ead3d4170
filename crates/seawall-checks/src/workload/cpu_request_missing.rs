//! `workload-cpu-request-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::resources::{AMOUNT, CPU, Side, judge_missing};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-cpu-request-missing",
    title: "container has no CPU request",
    why: "the scheduler counts it as needing nothing, so it packs more onto a node than the node can \
          run, and under load this container is the first to starve",
    help: "set `resources.requests.cpu` to what the container uses in a quiet hour",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    settings: &[AMOUNT],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    judge_missing(container, Side::Requests, CPU, out);
}
