//! `node-kubelet-protect-kernel-defaults`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "node-kubelet-protect-kernel-defaults",
    title: "kubelet changes kernel parameters",
    why: "a node whose kernel is set up differently is changed without a word when the kubelet starts, instead of being refused",
    help: "set `protectKernelDefaults: true`, or `--protect-kernel-defaults=true`, after the node has the values",
    pillar: Pillar::Nodes,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.23:4.2.6", "CIS-AKS-1.8:3.2.6"],
    judge: Judge::Component(&[Part::Kubelet], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("protect-kernel-defaults").or_field(&["protectKernelDefaults"]);

fn judge(kubelet: &Component<'_>, out: &mut Verdicts<'_>) {
    if let Some(draft) = rules::switch(kubelet, &PARAMETER, false, true, out) {
        draft.confidence(Confidence::Medium);
    }
}
