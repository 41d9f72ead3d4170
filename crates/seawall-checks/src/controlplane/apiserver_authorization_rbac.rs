//! `controlplane-apiserver-authorization-rbac`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::shared::authorization::{Authorizers, MODE};
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-authorization-rbac",
    title: "API server does not use RBAC",
    why: "roles and bindings have no effect: rights come from a file or a webhook that nobody can review in the cluster, or from nowhere",
    help: "add `RBAC` to `--authorization-mode`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.8", "CIS-1.23:1.2.9", "CIS-AKS-1.8:5.5.1", "CIS-GKE-1.9:5.8.3"],
    judge: Judge::Component(&[Part::ApiServer, Part::Authorization], judge),
    ..Check::PLAIN
};

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(authorizers) = Authorizers::of(component, out) else { return };
    if authorizers.include("RBAC") {
        return;
    }
    let fix = if authorizers.by_default {
        component.set(FixRisk::Medium, MODE.flag, "Node,RBAC")
    } else {
        component.add_to_list(FixRisk::Medium, MODE.flag, "RBAC")
    };
    let draft = out.fail(authorizers.place.clone(), authorizers.state());
    if let Some(fix) = fix {
        draft.fix(fix);
    }
}
