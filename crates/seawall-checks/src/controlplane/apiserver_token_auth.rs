//! `controlplane-apiserver-token-auth`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-token-auth",
    title: "API server takes static tokens from a file",
    why: "the tokens stand in plain text on the control plane, never expire, and are revoked only by a restart",
    help: "remove `--token-auth-file`; use OpenID Connect for people and service accounts for programs",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.2", "CIS-1.23:1.2.2"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::forbid(component, "token-auth-file", out);
}
