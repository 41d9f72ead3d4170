//! `controlplane-controller-manager-profiling`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-controller-manager-profiling",
    title: "kube-controller-manager serves profiles of itself",
    why: "profiles show memory addresses, goroutines and the work in progress, and taking one costs processor time",
    help: "set `--profiling=false`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.3.2", "CIS-1.23:1.4.1"],
    judge: Judge::Component(&[Part::ControllerManager], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("profiling");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::switch(component, &PARAMETER, true, false, out);
}
