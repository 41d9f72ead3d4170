//! `workload-rolling-update`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::{GroupKind, Resource};
use seawall_yaml::Node;

use crate::workload::fields::place;
use crate::workload::workload::has_claim;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-rolling-update",
    title: "workload is not updated step by step",
    why: "an update takes all pods away before the first new one works, or never reaches the pods at all",
    help: "use the strategy `RollingUpdate`",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(UPDATED, judge),
    ..Check::PLAIN
};

/// What is updated, where its strategy stands and what steps are called there.
const UPDATED: &[GroupKind<'static>] = &[
    GroupKind::new("apps", "Deployment"),
    GroupKind::new("extensions", "Deployment"),
    GroupKind::new("apps.openshift.io", "DeploymentConfig"),
    GroupKind::new("apps", "StatefulSet"),
    GroupKind::new("apps", "DaemonSet"),
    GroupKind::new("extensions", "DaemonSet"),
];

fn judge(workload: &Resource, out: &mut Verdicts<'_>) {
    let (field, steps) = match workload.kind() {
        "Deployment" => ("strategy", "RollingUpdate"),
        "DeploymentConfig" => ("strategy", "Rolling"),
        _ => ("updateStrategy", "RollingUpdate"),
    };
    let keys = ["spec", field, "type"];
    let Some(written) = workload.root().path(&keys).and_then(Node::as_str) else { return };
    if written == steps {
        return;
    }
    let place = place(workload, &keys);
    let route = place.route.clone();
    let draft = out.fail(place, format!("is updated by `{written}`"));
    // Two pods may not be able to hold one volume.
    if written == "Recreate" && !workload.pods().any(|pod| has_claim(&pod)) {
        draft.fix(Fix::set(FixRisk::Medium, route, steps));
    }
}
