//! `controlplane-apiserver-always-pull-images`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::shared::admission;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-always-pull-images",
    title: "pods may use private images that a node has already pulled",
    why: "a pod without the pull secret runs a private image, and reads its files, when another pod on the node has pulled it before",
    help: "add `AlwaysPullImages` to `--enable-admission-plugins` where tenants do not trust each other",
    pillar: Pillar::ControlPlane,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.11", "CIS-1.23:1.2.12"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    admission::require(component, "AlwaysPullImages", FixRisk::Medium, out);
}
