//! `controlplane-apiserver-kubelet-ca`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-kubelet-ca",
    title: "API server does not verify kubelets",
    why: "whoever takes the address of a node receives the commands, and the output, that administrators send to its pods",
    help: "set `--kubelet-certificate-authority` to the CA that signs the serving certificates of kubelets",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.5", "CIS-1.23:1.2.6"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const FLAGS: &[&str] = &["kubelet-certificate-authority"];

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::require(component, FLAGS, out);
}
