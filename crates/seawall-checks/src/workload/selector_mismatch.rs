//! `workload-selector-mismatch`

use seawall_core::{Confidence, Edit, Fix, FixRisk, FixValue, Pillar, Severity};
use seawall_inventory::{GroupKind, Labels, Resource, Selector};
use seawall_yaml::Node;

use crate::workload::fields::{place, place_of};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-selector-mismatch",
    title: "selector of a workload does not match its own pods",
    why: "the API server refuses it, or the controller makes pods for ever that it does not count",
    help: "make the labels of the template contain what the selector asks for",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Resource(SELECTING, judge),
    ..Check::PLAIN
};

/// What selects the pods that it makes.
const SELECTING: &[GroupKind<'static>] = &[
    GroupKind::new("apps", "Deployment"),
    GroupKind::new("apps", "StatefulSet"),
    GroupKind::new("apps", "DaemonSet"),
    GroupKind::new("apps", "ReplicaSet"),
    GroupKind::new("extensions", "Deployment"),
    GroupKind::new("extensions", "DaemonSet"),
    GroupKind::new("extensions", "ReplicaSet"),
    GroupKind::new("batch", "Job"),
    GroupKind::new("", "ReplicationController"),
    GroupKind::new("apps.openshift.io", "DeploymentConfig"),
    GroupKind::new("argoproj.io", "Rollout"),
];

fn judge(workload: &Resource, out: &mut Verdicts<'_>) {
    let Some(spec) = workload.root().get("spec") else { return };
    let Some(selector) = spec.get("selector").filter(|selector| !selector.is_null()) else {
        // Only `apps/v1` demands one; elsewhere it follows from the template.
        if workload.subject().api_version.as_ref() == "apps/v1" && workload.has_pods() {
            out.fail(place(workload, &["spec", "selector"]), "has no selector");
        }
        return;
    };
    let template = spec.get("template");
    let labels = Labels::of_metadata(template.and_then(|template| template.get("metadata")));
    let is_map = matches!(workload.kind(), "ReplicationController" | "DeploymentConfig");
    if is_map {
        if !selector.is_empty() && !Selector::service(Some(selector)).matches(labels) {
            fail_pairs(workload, selector, labels, out);
        }
        return;
    }
    if Selector::label_selector(Some(selector)).matches(labels) {
        return;
    }
    match selector.get("matchLabels").filter(|pairs| !missing(*pairs, labels).is_empty()) {
        Some(pairs) => fail_pairs(workload, pairs, labels, out),
        None => {
            let node = selector.get("matchExpressions").unwrap_or(selector);
            out.fail(place_of(workload, node), "an expression of its selector does not match its own pods");
        }
    }
}

/// The pairs that a selector asks for and the labels do not have.
fn missing<'t>(pairs: Node<'t>, labels: Labels<'_>) -> Vec<(&'t str, &'t str)> {
    let texts = pairs.entries().filter_map(|(key, value)| Some((key, value.as_str()?)));
    texts.filter(|(key, value)| labels.get(key) != Some(value)).collect()
}

fn fail_pairs(workload: &Resource, pairs: Node<'_>, labels: Labels<'_>, out: &mut Verdicts<'_>) {
    let missing = missing(pairs, labels);
    let words: Vec<String> = missing.iter().map(|(key, value)| format!("`{key}: {value}`")).collect();
    let draft = out.fail(
        place_of(workload, pairs),
        format!("selects {}, which its own pods do not have", words.join(" and ")),
    );
    // The selector of an object that exists cannot be changed, the labels can.
    let edits: Vec<Edit> = missing
        .into_iter()
        .map(|(key, value)| Edit::Set {
            route: place(workload, &["spec", "template", "metadata", "labels", key]).route,
            value: FixValue::from(value),
        })
        .collect();
    if !edits.is_empty() {
        draft.fix(Fix { risk: FixRisk::Low, edits });
    }
}
