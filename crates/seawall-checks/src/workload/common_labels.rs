//! `workload-common-labels`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Route, Severity};
use seawall_inventory::{Labels, Place, PodView, Resource};

use crate::workload::fields::place;
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
    let own = place(workload, &["metadata", "labels"]);
    judge_labels(workload, "has", workload.labels(), own.clone(), &known, out);
    for pod in workload.pods() {
        let place = Place { resource: workload.id(), route: template_of(&pod).keys(&["metadata", "labels"]) };
        // A pod is its own template.
        if place != own {
            judge_labels(workload, "gives its pods", pod.labels(), place, &known, out);
        }
    }
}

/// The route to what holds the pod's spec and metadata.
fn template_of(pod: &PodView<'_>) -> Route {
    let spec = pod.place(&[]).route;
    spec.split_last().map_or_else(Route::root, |(template, _)| template)
}

fn judge_labels(
    workload: &Resource,
    verb: &str,
    labels: Labels<'_>,
    place: Place,
    known: &[&str],
    out: &mut Verdicts<'_>,
) {
    if known.iter().any(|key| labels.get(key).is_some_and(|value| !value.is_empty())) {
        return;
    }
    let route = place.route.clone();
    let draft = out.fail(place, format!("{verb} none of the common labels `app.kubernetes.io/…`"));
    if known.first() == Some(&NAME) && !workload.name().is_empty() {
        draft.fix(Fix::set(FixRisk::Low, route.key(NAME), workload.name()));
    }
}
