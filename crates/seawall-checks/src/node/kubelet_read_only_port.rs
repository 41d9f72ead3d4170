//! `node-kubelet-read-only-port`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules::state;
use crate::controlplane::{Component, Part};
use crate::node::shared::{default, fail};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "node-kubelet-read-only-port",
    title: "kubelet serves its read-only port",
    why: "pods of the node with their images, arguments and environment are readable for everybody in the network, without login",
    help: "set `readOnlyPort: 0`, or `--read-only-port=0`",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:4.2.4", "CIS-1.23:4.2.4", "CIS-EKS-1.8:3.2.4", "CIS-AKS-1.8:3.2.4"],
    judge: Judge::Component(&[Part::Kubelet], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("read-only-port").or_field(&["readOnlyPort"]);

fn judge(kubelet: &Component<'_>, out: &mut Verdicts<'_>) {
    let default = default(kubelet, 0, 10_255);
    let Some(port) = kubelet.read_int(&PARAMETER, out) else { return };
    if port.unwrap_or(default) == 0 {
        return;
    }
    let text = port.map(|port| port.to_string());
    let message = state(kubelet, &PARAMETER, text.as_deref(), "10255");
    fail(kubelet, &PARAMETER, message, Some((FixRisk::Low, 0.into())), out);
}
