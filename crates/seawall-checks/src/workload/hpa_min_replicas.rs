//! `workload-hpa-min-replicas`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::Resource;

use crate::workload::autoscaler::AUTOSCALER;
use crate::workload::fields::{place, spec_int};
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-hpa-min-replicas",
    title: "autoscaler may go below the configured minimum of replicas",
    why: "in quiet hours it leaves one copy, and quiet hours are when nodes are updated",
    help: "set `minReplicas` to at least the minimum",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    settings: &[MIN_REPLICAS],
    judge: Judge::Resource(&[AUTOSCALER], judge),
    ..Check::PLAIN
};

const MIN_REPLICAS: Setting = Setting {
    name: "minReplicas",
    doc: "The fewest replicas that an autoscaler may leave",
    default: SettingDefault::Int(2),
};

fn judge(scaler: &Resource, out: &mut Verdicts<'_>) {
    let min = out.settings().int(MIN_REPLICAS.name);
    let written = spec_int(scaler, "minReplicas");
    if written.unwrap_or(1) >= min {
        return;
    }
    let place = place(scaler, &["spec", "minReplicas"]);
    let route = place.route.clone();
    let message = match written {
        Some(written) => format!("scales down to {written}, below {min}"),
        None => format!("leaves `minReplicas` at 1, below {min}"),
    };
    let draft = out.fail(place, message);
    if spec_int(scaler, "maxReplicas").is_some_and(|max| max >= min) {
        draft.fix(Fix::set(FixRisk::Low, route, min));
    }
}
