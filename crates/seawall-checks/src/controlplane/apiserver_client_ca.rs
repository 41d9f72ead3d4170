//! `controlplane-apiserver-client-ca`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-client-ca",
    title: "API server accepts no client certificates",
    why: "kubelets and the control plane cannot prove who they are, and are given tokens that do not expire",
    help: "set `--client-ca-file`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.25", "CIS-1.23:1.2.28"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const FLAGS: &[&str] = &["client-ca-file"];

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::require(component, FLAGS, out);
}
