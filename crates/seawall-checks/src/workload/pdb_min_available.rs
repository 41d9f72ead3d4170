//! `workload-pdb-min-available`

use seawall_core::{Confidence, Edit, Fix, FixRisk, FixValue, Pillar, Severity};
use seawall_inventory::{GroupKind, Inventory, Resource};

use crate::workload::absence::unproven;
use crate::workload::amount::Amount;
use crate::workload::autoscaler::Autoscalers;
use crate::workload::budget::{BUDGET, amount, covered};
use crate::workload::fields::{place, place_of};
use crate::workload::workload::{REPLICATED, effective_replicas, is_managed};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "workload-pdb-min-available",
    title: "PodDisruptionBudget demands all pods of its workload",
    why: "no pod may ever be evicted, so nodes cannot be drained and upgrades hang or are forced",
    help: "replace `minAvailable` by `maxUnavailable: 1`, or run more replicas than it demands",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

/// What budgets cover as a rule.
const USUAL: &[GroupKind<'static>] =
    &[GroupKind::new("apps", "Deployment"), GroupKind::new("apps", "StatefulSet")];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let scalers = Autoscalers::of(inventory);
    for budget in inventory.of_kind(BUDGET) {
        let Some((node, demanded)) = amount(budget, "minAvailable") else { continue };
        let verdicts = out.judge(budget);
        let mut blocks = |message: String| {
            let spec = |key| place(budget, &["spec", key]).route;
            let edits = vec![
                Edit::Remove { route: spec("minAvailable") },
                Edit::Set { route: spec("maxUnavailable"), value: FixValue::Int(1) },
            ];
            verdicts.fail(place_of(budget, node), message).fix(Fix { risk: FixRisk::Medium, edits });
        };
        if matches!(demanded, Amount::Percent(percent) if percent >= 100) {
            blocks(format!("`minAvailable` {demanded} forbids every eviction"));
            continue;
        }
        match expected(inventory, budget, &scalers) {
            Expected::Pods(0) | Expected::Varies => {}
            Expected::Pods(pods) if demanded.rounded_up_of(pods) >= pods => {
                blocks(format!("`minAvailable` {demanded} of {pods} pods forbids every eviction"));
            }
            Expected::Pods(_) => {}
            Expected::Nothing => match unproven(inventory, USUAL) {
                Some(reason) => verdicts.not_evaluated(format!("selects no workload here: {reason}")),
                None => verdicts.not_applicable(),
            },
        }
    }
}

/// How many pods a budget covers.
enum Expected {
    /// So many, by the numbers of replicas of the workloads.
    Pods(i64),
    /// Autoscalers or nodes decide.
    Varies,
    /// No workload is selected.
    Nothing,
}

fn expected<'i>(inventory: &'i Inventory, budget: &Resource, scalers: &Autoscalers<'i>) -> Expected {
    let pods = covered(inventory, budget);
    let mut workloads: Vec<&Resource> = pods.iter().map(|pod| pod.resource()).collect();
    // What a workload made is counted with it.
    workloads.retain(|workload| !is_managed(inventory, workload));
    workloads.dedup_by_key(|workload| workload.id());
    if workloads.is_empty() {
        return if pods.is_empty() { Expected::Nothing } else { Expected::Varies };
    }
    let mut sum = 0;
    for workload in workloads {
        if !REPLICATED.contains(&workload.group_kind()) || !scalers.scaling(workload).is_empty() {
            return Expected::Varies;
        }
        sum += effective_replicas(workload).max(0);
    }
    Expected::Pods(sum)
}
