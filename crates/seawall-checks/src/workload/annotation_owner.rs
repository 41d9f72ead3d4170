//! `workload-annotation-owner`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Resource;

use crate::workload::fields::place;
use crate::workload::labels::annotations;
use crate::workload::workload::{WORKLOADS, is_managed};
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-annotation-owner",
    title: "workload has no annotation that says whose it is",
    why: "tools that read annotations, for reports and tickets, cannot say who is responsible",
    help: "set the annotation `owner`, or another of the configured ones",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    settings: &[OWNERS],
    judge: Judge::Resource(WORKLOADS, judge),
    ..Check::PLAIN
};

const OWNERS: Setting = Setting {
    name: "ownerAnnotations",
    doc: "Annotations that say whose a workload is, one of which it must have",
    default: SettingDefault::Strings(&["owner", "team", "a8r.io/owner"]),
};

fn judge(workload: &Resource, out: &mut Verdicts<'_>) {
    if is_managed(out.inventory(), workload) {
        return out.not_applicable();
    }
    let known = out.settings().strings(OWNERS.name);
    if !known.iter().any(|key| annotations(workload, key).any(|_| true)) {
        out.fail(place(workload, &["metadata", "annotations"]), "has no annotation that says whose it is");
    }
}
