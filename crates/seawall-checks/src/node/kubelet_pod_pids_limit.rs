//! `node-kubelet-pod-pids-limit`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules::state;
use crate::controlplane::{Component, Part};
use crate::node::shared::fail;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "node-kubelet-pod-pids-limit",
    title: "pods may take all processes of their node",
    why: "one pod that forks without end takes every process number of the node, and the kubelet cannot start anything",
    help: "set `podPidsLimit`, or `--pod-max-pids`, to some thousands",
    pillar: Pillar::Nodes,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:4.2.13"],
    judge: Judge::Component(&[Part::Kubelet], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("pod-max-pids").or_field(&["podPidsLimit"]);

fn judge(kubelet: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(limit) = kubelet.read_int(&PARAMETER, out) else { return };
    if limit.is_some_and(|limit| limit > 0) {
        return;
    }
    let text = limit.map(|limit| limit.to_string());
    let message = state(kubelet, &PARAMETER, text.as_deref(), "-1");
    fail(kubelet, &PARAMETER, message, Some((FixRisk::Medium, 4096.into())), out);
}
