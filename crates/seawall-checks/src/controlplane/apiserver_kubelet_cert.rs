//! `controlplane-apiserver-kubelet-cert`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-kubelet-cert",
    title: "API server has no client certificate for kubelets",
    why: "kubelets must then take anonymous requests, or `exec`, `logs` and `port-forward` do not work",
    help: "set `--kubelet-client-certificate` and `--kubelet-client-key`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.4", "CIS-1.23:1.2.5"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const FLAGS: &[&str] = &["kubelet-client-certificate", "kubelet-client-key"];

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::require(component, FLAGS, out);
}
