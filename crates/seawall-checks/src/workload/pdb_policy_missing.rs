//! `workload-pdb-policy-missing`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::Resource;
use seawall_yaml::Node;

use crate::workload::budget::BUDGET;
use crate::workload::fields::place;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-pdb-policy-missing",
    title: "PodDisruptionBudget sets no bound",
    why: "without `minAvailable` and `maxUnavailable` it forbids and allows nothing of its own, while \
          the manifest looks protected",
    help: "set `maxUnavailable: 1`",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(&[BUDGET], judge),
    ..Check::PLAIN
};

fn judge(budget: &Resource, out: &mut Verdicts<'_>) {
    let spec = budget.root().get("spec");
    let is_set = |key| spec.and_then(|spec| spec.get(key)).is_some_and(|node: Node<'_>| !node.is_null());
    if is_set("minAvailable") || is_set("maxUnavailable") {
        return;
    }
    let fix = Fix::set(FixRisk::Low, place(budget, &["spec", "maxUnavailable"]).route, 1);
    out.fail(place(budget, &["spec"]), "sets neither `minAvailable` nor `maxUnavailable`").fix(fix);
}
