//! `pod-security-context-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;
use seawall_yaml::Node;

use crate::pod::says_nothing;
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-security-context-missing",
    title: "pod has no security context",
    why: "every setting that limits a pod is at its default, and the defaults are those of a time without any limits",
    help: "write a `securityContext` on the pod: `runAsNonRoot`, `seccompProfile`, `fsGroup`",
    pillar: Pillar::Nodes,
    profile: Profile::All,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:5.7.3", "CIS-AKS-1.8:4.7.2", "CIS-GKE-1.9:4.6.3"],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let is_empty = |context: Option<Node<'_>>| context.is_none_or(says_nothing);
    let mut containers = pod.containers();
    if is_empty(pod.security_context()) && containers.any(|container| is_empty(container.security_context()))
    {
        out.fail(pod.place(&["securityContext"]), "pod has no security context");
    }
}
