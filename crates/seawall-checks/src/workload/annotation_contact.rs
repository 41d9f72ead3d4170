//! `workload-annotation-contact`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Resource;

use crate::workload::fields::place;
use crate::workload::labels::annotations;
use crate::workload::workload::{WORKLOADS, is_managed};
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-annotation-contact",
    title: "workload says nobody to reach",
    why: "whoever sees it misbehave has to find its people first",
    help: "set the annotation `email`, or another of the configured ones",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    settings: &[CONTACTS],
    judge: Judge::Resource(WORKLOADS, judge),
    ..Check::PLAIN
};

const CONTACTS: Setting = Setting {
    name: "contactAnnotations",
    doc: "Annotations that say whom to reach about a workload, one of which it must have",
    default: SettingDefault::Strings(&["email", "a8r.io/email", "a8r.io/chat", "a8r.io/support"]),
};

fn judge(workload: &Resource, out: &mut Verdicts<'_>) {
    if is_managed(out.inventory(), workload) {
        return out.not_applicable();
    }
    let known = out.settings().strings(CONTACTS.name);
    if !known
        .iter()
        .any(|key| annotations(workload, key).any(|value| !key.ends_with("email") || value.contains('@')))
    {
        out.fail(place(workload, &["metadata", "annotations"]), "names nobody to reach");
    }
}
