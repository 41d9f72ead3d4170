//! `workload-hpa-max-replicas`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Resource;

use crate::workload::autoscaler::{AUTOSCALER, fewest};
use crate::workload::fields::{place, spec_int};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-hpa-max-replicas",
    title: "autoscaler has no room to scale",
    why: "with no maximum, or one that is the minimum, it watches the load and does nothing about it",
    help: "set `maxReplicas` above `minReplicas`",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(&[AUTOSCALER], judge),
    ..Check::PLAIN
};

fn judge(scaler: &Resource, out: &mut Verdicts<'_>) {
    let min = fewest(scaler);
    let message = match spec_int(scaler, "maxReplicas") {
        None => "has no `maxReplicas`".to_owned(),
        Some(max) if max < min => format!("has `maxReplicas` {max} below its minimum of {min}"),
        Some(max) if max == min => format!("has `maxReplicas` {max}, which is also its minimum"),
        Some(_) => return,
    };
    out.fail(place(scaler, &["spec", "maxReplicas"]), message);
}
