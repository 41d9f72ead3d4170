//! `node-kubelet-authorization-always-allow`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules::state;
use crate::controlplane::{Component, Part};
use crate::node::shared::{default, fail};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "node-kubelet-authorization-always-allow",
    title: "kubelet allows every request",
    why: "a caller that authenticates, as any service account can, may run commands in all containers of the node",
    help: "set `authorization.mode: Webhook`, or `--authorization-mode=Webhook`",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:4.2.2", "CIS-1.23:4.2.2", "CIS-EKS-1.8:3.2.2", "CIS-AKS-1.8:3.2.2"],
    judge: Judge::Component(&[Part::Kubelet], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("authorization-mode").or_field(&["authorization", "mode"]);

fn judge(kubelet: &Component<'_>, out: &mut Verdicts<'_>) {
    let default = default(kubelet, "Webhook", "AlwaysAllow");
    let Some(mode) = kubelet.read(&PARAMETER, out) else { return };
    if mode.as_deref().unwrap_or(default) != "AlwaysAllow" {
        return;
    }
    let message = state(kubelet, &PARAMETER, mode.as_deref(), default);
    fail(kubelet, &PARAMETER, message, Some((FixRisk::Medium, "Webhook".into())), out);
}
