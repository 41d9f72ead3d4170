//! `controlplane-apiserver-kubelet-https`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-kubelet-https",
    title: "API server talks to kubelets without TLS",
    why: "commands, logs and the credentials of the API server cross the network in plain text",
    help: "remove `--kubelet-https=false`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.23:1.2.4", "NSA:6.2"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("kubelet-https");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::switch(component, &PARAMETER, true, true, out);
}
