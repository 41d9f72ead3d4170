//! `node-kubelet-hostname-override`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "node-kubelet-hostname-override",
    title: "kubelet goes by another name than its host",
    why: "certificates, audit log and cloud say different names for one node, which hides what happens on it",
    help: "remove `--hostname-override`",
    pillar: Pillar::Nodes,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:4.2.7", "CIS-1.23:4.2.8", "CIS-AKS-1.8:3.2.8"],
    judge: Judge::Component(&[Part::Kubelet], judge),
    ..Check::PLAIN
};

const FLAG: &str = "hostname-override";

fn judge(kubelet: &Component<'_>, out: &mut Verdicts<'_>) {
    // There is no such field in a document.
    if kubelet.is_document() || !kubelet.is_given(FLAG) {
        return out.not_applicable();
    }
    rules::forbid(kubelet, FLAG, out);
}
