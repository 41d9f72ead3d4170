//! `controlplane-controller-manager-root-ca`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-controller-manager-root-ca",
    title: "pods are not told which CA the API server has",
    why: "programs in pods cannot verify the API server and send their tokens to whoever answers",
    help: "set `--root-ca-file`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.3.5", "CIS-1.23:1.3.5"],
    judge: Judge::Component(&[Part::ControllerManager], judge),
    ..Check::PLAIN
};

const FLAGS: &[&str] = &["root-ca-file"];

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::require(component, FLAGS, out);
}
