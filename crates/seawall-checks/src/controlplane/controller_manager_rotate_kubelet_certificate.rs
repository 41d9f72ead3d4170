//! `controlplane-controller-manager-rotate-kubelet-certificate`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-controller-manager-rotate-kubelet-certificate",
    title: "rotation of kubelets' serving certificates is switched off",
    why: "kubelets keep self-signed certificates, or signed ones until they expire",
    help: "remove `RotateKubeletServerCertificate=false` from `--feature-gates`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.3.6", "CIS-1.23:1.3.6"],
    judge: Judge::Component(&[Part::ControllerManager, Part::Kubelet], judge),
    ..Check::PLAIN
};

const GATE: &str = "RotateKubeletServerCertificate";
const GATES: Parameter = Parameter::flag("feature-gates");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    // Documents of kubelets are the business of `node-kubelet-rotate-server-certificate`.
    if component.is_document() {
        return out.not_applicable();
    }
    let Some(gate) = component.read_gate(GATE, out) else { return };
    if gate == Some(false) {
        let message = format!("{} has the feature gate `{GATE}` off", component.part().name());
        out.fail(component.place_of(&GATES), message);
    }
}
