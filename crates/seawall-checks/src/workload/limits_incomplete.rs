//! `workload-limits-incomplete`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::resources::{CPU, MEMORY, Side, is_accountable, is_given, keys};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-limits-incomplete",
    title: "container lacks a CPU or a memory limit",
    why: "what it may take is bounded on one side only or not at all: one container can take a node from \
          all others",
    help: "set both `resources.limits.cpu` and `resources.limits.memory`",
    pillar: Pillar::Reliability,
    severity: Severity::High,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if !is_accountable(container) {
        return;
    }
    let lacking: Vec<_> = [CPU, MEMORY]
        .into_iter()
        .filter(|kind| !is_given(container, Side::Limits, *kind, out.inventory()))
        .map(|kind| kind.word)
        .collect();
    let (place, lacking) = match lacking.as_slice() {
        [] => return,
        ["CPU"] => (container.place(&keys(Side::Limits, CPU)), "CPU"),
        ["memory"] => (container.place(&keys(Side::Limits, MEMORY)), "memory"),
        _ => (container.place(&["resources", "limits"]), "CPU and memory"),
    };
    out.fail(place, format!("{} has no limit for {lacking}", container.label()));
}
