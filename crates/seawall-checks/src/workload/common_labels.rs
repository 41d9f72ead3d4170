//! `workload-common-labels`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::Resource;

use crate::workload::fields::place;
use crate::workload::labels::{has_label, label_route};
use crate::workload::workload::{WORKLOADS, is_managed};
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-common-labels",
    title: "workload has none of the common labels",
    why: "tools cannot tell which objects belong to one application, so policies and queries are written \
          for each by hand",
    help: "set at least `app.kubernetes.io/name`",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    settings: &[COMMON],
    judge: Judge::Resource(WORKLOADS, judge),
    ..Check::PLAIN
};

const COMMON: Setting = Setting {
    name: "k8sRecommendedLabels",
    doc: "Labels of the common scheme, one of which a workload must have",
    default: SettingDefault::Strings(&[
        "app.kubernetes.io/name",
        "app.kubernetes.io/instance",
        "app.kubernetes.io/version",
        "app.kubernetes.io/component",
        "app.kubernetes.io/part-of",
        "app.kubernetes.io/managed-by",
        "app.kubernetes.io/created-by",
    ]),
};

/// The one label whose value is known: the name of the workload will do.
const NAME: &str = "app.kubernetes.io/name";

fn judge(workload: &Resource, out: &mut Verdicts<'_>) {
    if is_managed(out.inventory(), workload) {
        return out.not_applicable();
    }
    let known = out.settings().strings(COMMON.name);
    if known.iter().any(|key| has_label(workload, key)) {
        return;
    }
    let place = place(workload, &["metadata", "labels"]);
    let draft = out.fail(place, "has none of the common labels `app.kubernetes.io/…`");
    if let Some(key) = known.first().filter(|key| **key == NAME) {
        draft.fix(Fix::set(FixRisk::Low, label_route(key), workload.name()));
    }
}
