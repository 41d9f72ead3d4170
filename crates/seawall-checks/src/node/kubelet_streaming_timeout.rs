//! `node-kubelet-streaming-timeout`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::duration::seconds;
use crate::controlplane::{Component, Part};
use crate::node::shared::fail;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "node-kubelet-streaming-timeout",
    title: "idle exec sessions stay open for ever",
    why: "a forgotten shell into a container never closes, and connections pile up at the kubelet",
    help: "remove `--streaming-connection-idle-timeout=0`",
    pillar: Pillar::Nodes,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:4.2.5", "CIS-1.23:4.2.5", "CIS-EKS-1.8:3.2.5", "CIS-AKS-1.8:3.2.5"],
    judge: Judge::Component(&[Part::Kubelet], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter =
    Parameter::flag("streaming-connection-idle-timeout").or_field(&["streamingConnectionIdleTimeout"]);

fn judge(kubelet: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(Some(timeout)) = kubelet.read(&PARAMETER, out) else { return };
    let name = PARAMETER.name_in(kubelet);
    let message = match seconds(&timeout) {
        // In a document 0 is filled in with the default of 4 hours, like a missing field.
        Some(long) if long == 0.0 && kubelet.is_document() => return,
        Some(long) if long <= 0.0 => format!("`{name}` is `{timeout}`, which never closes idle connections"),
        Some(_) => return,
        None => format!("`{name}` is `{timeout}`, which is no duration"),
    };
    fail(kubelet, &PARAMETER, message, Some((FixRisk::Low, "4h0m0s".into())), out);
}
