//! `workload-hpa-target-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Resource};

use crate::workload::absence::unproven;
use crate::workload::autoscaler::AUTOSCALER;
use crate::workload::fields::place;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-hpa-target-missing",
    title: "autoscaler scales something that does not exist",
    why: "the workload that it was written for stays at its fixed size, and nothing but an event says so",
    help: "correct `scaleTargetRef`, or delete the autoscaler",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Resource(&[AUTOSCALER], judge),
    ..Check::PLAIN
};

fn judge(scaler: &Resource, out: &mut Verdicts<'_>) {
    let keys = ["spec", "scaleTargetRef", "name"];
    let target = scaler.root().path(&["spec", "scaleTargetRef"]);
    let text = |key| target.and_then(|target| target.str(key)).filter(|text| !text.is_empty());
    let (Some(kind), Some(name)) = (text("kind"), text("name")) else {
        out.fail(place(scaler, &["spec", "scaleTargetRef"]), "names nothing to scale");
        return;
    };
    let version = text("apiVersion").unwrap_or("");
    let group = match version.split_once('/').map_or("", |(group, _)| group) {
        // The API server serves what was written to the one under the other.
        "extensions" => "apps",
        group => group,
    };
    let wanted = GroupKind::new(group, kind);
    let old = GroupKind::new("extensions", kind);
    let inventory = out.inventory();
    let is_here = |kind| inventory.find(kind, scaler.namespace(), name).is_some();
    if is_here(wanted) || group == "apps" && is_here(old) {
        return;
    }
    match unproven(inventory, &[wanted]) {
        Some(reason) => out.not_evaluated(format!("{kind} `{name}` is not here: {reason}")),
        None => {
            out.fail(place(scaler, &keys), format!("scales {kind} `{name}`, which does not exist"));
        }
    }
}
