//! `controlplane-apiserver-basic-auth`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-basic-auth",
    title: "API server takes passwords from a file",
    why: "the passwords stand in plain text on the control plane, never expire, and change only with a restart",
    help: "remove `--basic-auth-file`; let people sign in with OpenID Connect",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::forbid(component, "basic-auth-file", out);
}
