//! `workload-pdb-unhealthy-eviction-policy`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::Resource;

use crate::workload::budget::BUDGET;
use crate::workload::fields::place;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-pdb-unhealthy-eviction-policy",
    title: "PodDisruptionBudget keeps broken pods from being evicted",
    why: "a pod that never becomes ready cannot be moved off a node that is drained, so one bad release \
          holds up everybody",
    help: "set `unhealthyPodEvictionPolicy: AlwaysAllow`",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(&[BUDGET], judge),
    ..Check::PLAIN
};

fn judge(budget: &Resource, out: &mut Verdicts<'_>) {
    let keys = ["spec", "unhealthyPodEvictionPolicy"];
    if budget.root().path(&keys).is_some_and(|node| !node.is_null()) {
        return;
    }
    let place = place(budget, &keys);
    let fix = Fix::set(FixRisk::Low, place.route.clone(), "AlwaysAllow");
    out.fail(place, "does not say whether pods that are not ready may be evicted").fix(fix);
}
