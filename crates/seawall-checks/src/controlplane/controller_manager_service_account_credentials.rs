//! `controlplane-controller-manager-service-account-credentials`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-controller-manager-service-account-credentials",
    title: "controllers share one credential",
    why: "every controller has the rights of all of them, and the audit log cannot tell which one acted",
    help: "set `--use-service-account-credentials=true`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.3.3", "CIS-1.23:1.3.3"],
    judge: Judge::Component(&[Part::ControllerManager], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("use-service-account-credentials");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::switch(component, &PARAMETER, false, true, out);
}
