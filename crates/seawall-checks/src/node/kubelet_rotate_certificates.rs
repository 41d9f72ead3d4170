//! `node-kubelet-rotate-certificates`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::node::shared::is_filled_in_by_kubeadm;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "node-kubelet-rotate-certificates",
    title: "kubelet does not renew its client certificate",
    why: "the certificate is valid for a year or longer, and the node drops out of the cluster when it ends",
    help: "set `rotateCertificates: true`, or `--rotate-certificates=true`",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:4.2.10", "CIS-1.23:4.2.11", "CIS-AKS-1.8:3.2.10"],
    judge: Judge::Component(&[Part::Kubelet], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("rotate-certificates").or_field(&["rotateCertificates"]);

fn judge(kubelet: &Component<'_>, out: &mut Verdicts<'_>) {
    let filled_in = is_filled_in_by_kubeadm(kubelet, out);
    let explicit = kubelet.is_given(PARAMETER.flag)
        || kubelet.document().is_some_and(|document| document.path(PARAMETER.field).is_some());
    if let Some(draft) = rules::switch(kubelet, &PARAMETER, filled_in, true, out)
        && !explicit
    {
        // Nodes that sign in by a cloud identity have no client certificate to renew.
        draft.severity(Severity::Low).confidence(Confidence::Medium);
    }
}
