//! `workload-pdb-missing-deployment`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::workload::absence::unproven;
use crate::workload::autoscaler::Autoscalers;
use crate::workload::budget::{BUDGET, Budgets};
use crate::workload::fields::place;
use crate::workload::workload::{DEPLOYMENTS, is_single, unmanaged};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "workload-pdb-missing-deployment",
    title: "pods of a Deployment are covered by no PodDisruptionBudget",
    why: "whoever drains nodes may take all replicas at once: the eviction API asks budgets, and there \
          is none",
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
    for workload in unmanaged(inventory, DEPLOYMENTS) {
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
