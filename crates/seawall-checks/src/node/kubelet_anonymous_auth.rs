//! `node-kubelet-anonymous-auth`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::node::shared::default;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "node-kubelet-anonymous-auth",
    title: "kubelet takes requests without credentials",
    why: "whoever reaches port 10250 may run commands in containers of the node, unless authorization refuses",
    help: "set `authentication.anonymous.enabled: false`, or `--anonymous-auth=false`",
    pillar: Pillar::Nodes,
    severity: Severity::Critical,
    confidence: Confidence::High,
    frameworks: &[
        "CIS-1.12:4.2.1",
        "CIS-1.23:4.2.1",
        "CIS-EKS-1.8:3.2.1",
        "CIS-AKS-1.8:3.2.1",
        "NSA:general",
        "MITRE:general",
    ],
    judge: Judge::Component(&[Part::Kubelet], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter =
    Parameter::flag("anonymous-auth").or_field(&["authentication", "anonymous", "enabled"]);

fn judge(kubelet: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::switch(kubelet, &PARAMETER, default(kubelet, false, true), false, out);
}
