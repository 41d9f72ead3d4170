//! `controlplane-controller-manager-service-account-key`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-controller-manager-service-account-key",
    title: "controller manager signs no service account tokens",
    why: "token Secrets stay empty, and clusters with several API servers have no common key",
    help: "set `--service-account-private-key-file`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.3.4", "CIS-1.23:1.3.4"],
    judge: Judge::Component(&[Part::ControllerManager], judge),
    ..Check::PLAIN
};

const FLAGS: &[&str] = &["service-account-private-key-file"];

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::require(component, FLAGS, out);
}
