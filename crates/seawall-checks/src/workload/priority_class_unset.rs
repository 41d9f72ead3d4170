//! `workload-priority-class-unset`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, PodView};

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-priority-class-unset",
    title: "pod has no priority class",
    why: "when a node or the cluster is full, nothing says who may stay: this pod counts as much as a \
          test run",
    help: "set `priorityClassName`, or mark one PriorityClass as `globalDefault`",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

const PRIORITY_CLASS: GroupKind<'static> = GroupKind::new("scheduling.k8s.io", "PriorityClass");

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    if pod.spec().str("priorityClassName").is_some_and(|name| !name.is_empty()) {
        return;
    }
    let has_default =
        out.inventory().of_kind(PRIORITY_CLASS).any(|class| class.root().bool("globalDefault") == Some(true));
    if !has_default {
        out.fail(pod.place(&["priorityClassName"]), "has no priority class");
    }
}
