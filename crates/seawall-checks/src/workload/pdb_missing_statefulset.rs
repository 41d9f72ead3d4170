//! `workload-pdb-missing-statefulset`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::workload::absence::unproven;
use crate::workload::autoscaler::Autoscalers;
use crate::workload::budget::{BUDGET, Budgets};
use crate::workload::fields::place;
use crate::workload::workload::{STATEFUL_SETS, is_single, unmanaged};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "workload-pdb-missing-statefulset",
    title: "pods of a StatefulSet are covered by no PodDisruptionBudget",
    why: "members of a quorum may be evicted together, and a database that loses its quorum does not \
          come back by itself",
    help: "add a PodDisruptionBudget that selects its pods, with `maxUnavailable: 1`",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    needs: &[BUDGET],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let (budgets, scalers) = (Budgets::of(inventory), Autoscalers::of(inventory));
    let unproven = unproven(inventory, &[BUDGET]);
    for workload in unmanaged(inventory, STATEFUL_SETS) {
        // A single pod can only be kept by forbidding its eviction, which is worse.
        if is_single(workload) && scalers.scaling(workload).is_empty() || !workload.has_pods() {
            continue;
        }
        let verdicts = out.judge(workload);
        if !budgets.covering(workload).is_empty() {
            continue;
        }
        match &unproven {
            Some(reason) => verdicts.not_evaluated(format!("no budget here selects its pods: {reason}")),
            None => {
                let place = place(workload, &["spec", "template", "metadata", "labels"]);
                verdicts.fail(place, "no PodDisruptionBudget selects its pods");
            }
        }
    }
}
