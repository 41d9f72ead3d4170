//! `node-kubelet-client-ca`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::{Component, Part};
use crate::node::shared::is_filled_in_by_kubeadm;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "node-kubelet-client-ca",
    title: "kubelet knows no CA of its clients",
    why: "it cannot tell the API server from others by a certificate, so that anonymous requests or bearer tokens must do",
    help: "set `authentication.x509.clientCAFile`, or `--client-ca-file`",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &[
        "CIS-1.12:4.2.3",
        "CIS-1.23:4.2.3",
        "CIS-EKS-1.8:3.2.3",
        "CIS-AKS-1.8:3.2.3",
        "NSA:general",
        "MITRE:general",
    ],
    judge: Judge::Component(&[Part::Kubelet], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter =
    Parameter::flag("client-ca-file").or_field(&["authentication", "x509", "clientCAFile"]);

fn judge(kubelet: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(file) = kubelet.read(&PARAMETER, out) else { return };
    if file.is_some_and(|file| !file.is_empty()) || is_filled_in_by_kubeadm(kubelet, out) {
        return;
    }
    let name = PARAMETER.name_in(kubelet);
    out.fail(kubelet.place_of(&PARAMETER), format!("kubelet has no `{name}`"));
}
