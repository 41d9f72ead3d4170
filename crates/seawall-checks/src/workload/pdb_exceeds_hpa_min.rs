//! `workload-pdb-exceeds-hpa-min`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{Inventory, Place, Resource};

use crate::workload::autoscaler::Autoscalers;
use crate::workload::budget::{Budgets, amount};
use crate::workload::fields::{place, place_of, spec_int};
use crate::workload::workload::{REPLICATED, unmanaged};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "workload-pdb-exceeds-hpa-min",
    title: "PodDisruptionBudget demands more pods than the autoscaler keeps",
    why: "while the load is low no pod may be evicted, and low load is when nodes are drained",
    help: "lower `minAvailable` below the `minReplicas` of the autoscaler, or use `maxUnavailable`",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let (budgets, scalers) = (Budgets::of(inventory), Autoscalers::of(inventory));
    for workload in unmanaged(inventory, REPLICATED) {
        let (covering, scaling) = (budgets.covering(workload), scalers.scaling(workload));
        if covering.is_empty() || scaling.is_empty() {
            continue;
        }
        let verdicts = out.judge(workload);
        for (budget, scaler) in covering.iter().flat_map(|budget| scaling.iter().map(move |s| (budget, s))) {
            // A minimum that nobody wrote is the matter of `workload-hpa-min-replicas`.
            let min = spec_int(scaler, "minReplicas").or_else(|| spec_int(scaler, "minReplicaCount"));
            let (Some(min), Some((node, demanded))) = (min, amount(budget, "minAvailable")) else { continue };
            let pods = demanded.rounded_up_of(min);
            if pods > min {
                let message = format!(
                    "PodDisruptionBudget `{}` demands {pods} pods of which {} `{}` keeps {min}",
                    budget.name(),
                    scaler.kind(),
                    scaler.name(),
                );
                verdicts
                    .fail(labels_of(workload), message)
                    .discriminator(format!("{}/{}", budget.name(), scaler.name()))
                    .linked(budget.subject())
                    .linked(scaler.subject())
                    .related(place_of(budget, node), "demands so many")
                    .related(place(scaler, &["spec"]), "keeps fewer");
            }
        }
    }
}

/// The labels by which a budget selects the pods of a workload.
fn labels_of(workload: &Resource) -> Place {
    place(workload, &["spec", "template", "metadata", "labels"])
}
