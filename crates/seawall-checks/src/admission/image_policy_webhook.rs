//! `admission-image-policy-webhook`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::shared::admission;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "admission-image-policy-webhook",
    title: "API server asks nobody where images come from",
    why: "without a check at admission any image that a node can pull may run, whoever built it",
    help: "enable the admission plugin ImagePolicyWebhook, or verify signatures with a policy engine and waive this \
          check",
    pillar: Pillar::ControlPlane,
    profile: Profile::All,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:5.5.1", "CIS-GKE-1.9:4.5.1"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    // The plugin does not start without a configuration and a service behind it.
    admission::require(component, "ImagePolicyWebhook", FixRisk::High, out);
}
