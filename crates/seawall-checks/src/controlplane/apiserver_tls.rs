//! `controlplane-apiserver-tls`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-tls",
    title: "API server has no certificate of its own",
    why: "it signs one by itself, which clients can only accept unseen, so that anybody can stand in for the server",
    help: "set `--tls-cert-file` and `--tls-private-key-file`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.24", "CIS-1.23:1.2.27"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const FLAGS: &[&str] = &["tls-cert-file", "tls-private-key-file"];

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::require(component, FLAGS, out);
}
