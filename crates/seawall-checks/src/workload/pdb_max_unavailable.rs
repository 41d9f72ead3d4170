//! `workload-pdb-max-unavailable`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::Resource;

use crate::workload::budget::{BUDGET, amount};
use crate::workload::fields::place_of;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-pdb-max-unavailable",
    title: "PodDisruptionBudget allows no pod to be unavailable",
    why: "no node with one of its pods can be drained: upgrades hang, or are forced and take everything",
    help: "set `maxUnavailable` to at least 1",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Resource(&[BUDGET], judge),
    ..Check::PLAIN
};

fn judge(budget: &Resource, out: &mut Verdicts<'_>) {
    let Some((node, allowed)) = amount(budget, "maxUnavailable") else { return };
    if allowed.is_none() {
        let place = place_of(budget, node);
        let fix = Fix::set(FixRisk::Low, place.route.clone(), 1);
        out.fail(place, format!("`maxUnavailable` {allowed} forbids every eviction")).fix(fix);
    }
}
