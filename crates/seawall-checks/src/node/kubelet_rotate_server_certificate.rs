//! `node-kubelet-rotate-server-certificate`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "node-kubelet-rotate-server-certificate",
    title: "kubelet may not renew its serving certificate",
    why: "a certificate that the cluster signed runs out, or is made to last for years",
    help: "remove `RotateKubeletServerCertificate: false` from the feature gates",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:4.2.11", "CIS-1.23:4.2.12", "CIS-EKS-1.8:3.2.9", "CIS-AKS-1.8:3.2.11"],
    judge: Judge::Component(&[Part::Kubelet], judge),
    ..Check::PLAIN
};

const GATE: &str = "RotateKubeletServerCertificate";
const DOCUMENT: Parameter = Parameter::flag("feature-gates").or_field(&["featureGates", GATE]);

fn judge(kubelet: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(gate) = kubelet.read_gate(GATE, out) else { return };
    if gate == Some(false) {
        let message = format!("kubelet has the feature gate `{GATE}` off");
        out.fail(kubelet.place_of(&DOCUMENT), message);
    }
}
