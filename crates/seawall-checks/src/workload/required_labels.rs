//! `workload-required-labels`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Resource;

use crate::workload::fields::place;
use crate::workload::labels::has_label;
use crate::workload::workload::{WORKLOADS, is_managed};
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-required-labels",
    title: "workload has no label that says whose it is",
    why: "when it is attacked or breaks, nobody knows whom to call, and nobody dares to remove it",
    help: "set the labels that are asked for on the workload and its pods",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    settings: &[RECOMMENDED, REQUIRED],
    judge: Judge::Resource(WORKLOADS, judge),
    ..Check::PLAIN
};

const RECOMMENDED: Setting = Setting {
    name: "recommendedLabels",
    doc: "Labels that say whose a workload is, one of which it must have",
    default: SettingDefault::Strings(&["owner", "team"]),
};

const REQUIRED: Setting = Setting {
    name: "requiredLabels",
    doc: "Labels all of which a workload must have; with any, the recommended ones are not asked for",
    default: SettingDefault::Strings(&[]),
};

fn judge(workload: &Resource, out: &mut Verdicts<'_>) {
    if is_managed(out.inventory(), workload) {
        return out.not_applicable();
    }
    let place = || place(workload, &["metadata", "labels"]);
    let required = out.settings().strings(REQUIRED.name);
    if required.is_empty() {
        let known = out.settings().strings(RECOMMENDED.name);
        if !known.iter().any(|key| has_label(workload, key)) {
            out.fail(place(), format!("has none of the labels that say whose it is: {}", known.join(", ")));
        }
        return;
    }
    let missing: Vec<&str> = required.into_iter().filter(|key| !has_label(workload, key)).collect();
    if !missing.is_empty() {
        out.fail(place(), format!("lacks labels that it must have: {}", missing.join(", ")));
    }
}
