//! `controlplane-apiserver-authorization-node`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::shared::authorization::{Authorizers, MODE};
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-authorization-node",
    title: "API server does not confine kubelets to their own node",
    why: "without the authorizer `Node` kubelets need broad roles, and one stolen kubelet credential reads the Secrets of all nodes",
    help: "add `Node` to `--authorization-mode`, before `RBAC`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.7", "CIS-1.23:1.2.8", "NSA:7.1"],
    judge: Judge::Component(&[Part::ApiServer, Part::Authorization], judge),
    ..Check::PLAIN
};

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(authorizers) = Authorizers::of(component, out) else { return };
    if authorizers.include("Node") {
        return;
    }
    let fix = if authorizers.by_default {
        component.set(FixRisk::Medium, MODE.flag, "Node,RBAC")
    } else {
        component.add_to_list(FixRisk::Medium, MODE.flag, "Node")
    };
    let draft = out.fail(authorizers.place.clone(), authorizers.state());
    if let Some(fix) = fix {
        draft.fix(fix);
    }
}
