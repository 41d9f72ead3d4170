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
    help: "set one of the configured labels on the workload and its pods",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    settings: &[RECOMMENDED],
    judge: Judge::Resource(WORKLOADS, judge),
    ..Check::PLAIN
};

const RECOMMENDED: Setting = Setting {
    name: "recommendedLabels",
    doc: "Labels that say whose a workload is, one of which it must have",
    default: SettingDefault::Strings(&["owner", "team"]),
};

fn judge(workload: &Resource, out: &mut Verdicts<'_>) {
    if is_managed(out.inventory(), workload) {
        return out.not_applicable();
    }
    let known = out.settings().strings(RECOMMENDED.name);
    if known.iter().any(|key| has_label(workload, key)) {
        return;
    }
    let place = place(workload, &["metadata", "labels"]);
    out.fail(place, "has none of the labels that say whose it is");
}
