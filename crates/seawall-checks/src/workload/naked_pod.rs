//! `workload-naked-pod`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Resource};

use crate::workload::fields::place;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-naked-pod",
    title: "pod has no controller",
    why: "when its node goes, it goes: nothing starts it again elsewhere",
    help: "make it a Deployment, or a Job when it runs to its end",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(&[POD], judge),
    ..Check::PLAIN
};

const POD: GroupKind<'static> = GroupKind::new("", "Pod");

/// Annotations of pods that the kubelet mirrors from files and of pods that a deployment tool starts and deletes.
const EXEMPT: [&str; 4] =
    ["kubernetes.io/config.mirror", "kubernetes.io/config.source", "helm.sh/hook", "argocd.argoproj.io/hook"];

fn judge(pod: &Resource, out: &mut Verdicts<'_>) {
    let has_owner = pod.metadata().is_some_and(|metadata| metadata.list("ownerReferences").next().is_some());
    if has_owner {
        return;
    }
    if EXEMPT.iter().any(|key| pod.annotation(key).is_some()) {
        return out.not_applicable();
    }
    out.fail(place(pod, &["kind"]), "has no controller that starts it again");
}
