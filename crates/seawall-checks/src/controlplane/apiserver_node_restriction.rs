//! `controlplane-apiserver-node-restriction`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::shared::admission;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-node-restriction",
    title: "kubelets may change other nodes",
    why: "a stolen kubelet credential can relabel nodes and pods, and pull chosen workloads to the node that the attacker has",
    help: "add `NodeRestriction` to `--enable-admission-plugins`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.14", "CIS-1.23:1.2.16"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    admission::require(component, "NodeRestriction", FixRisk::Low, out);
}
