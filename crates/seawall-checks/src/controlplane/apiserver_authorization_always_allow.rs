//! `controlplane-apiserver-authorization-always-allow`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::shared::authorization::{Authorizers, MODE};
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-authorization-always-allow",
    title: "API server allows every request",
    why: "every user, service account and, unless switched off, every anonymous caller is administrator of the cluster",
    help: "set `--authorization-mode=Node,RBAC`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Critical,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.6", "CIS-1.23:1.2.7"],
    judge: Judge::Component(&[Part::ApiServer, Part::Authorization], judge),
    ..Check::PLAIN
};

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(authorizers) = Authorizers::of(component, out) else { return };
    if !authorizers.include("AlwaysAllow") {
        return;
    }
    let fix = if authorizers.by_default {
        component.set(FixRisk::Medium, MODE.flag, "Node,RBAC")
    } else {
        component.remove_from_list(FixRisk::High, MODE.flag, "AlwaysAllow")
    };
    let draft = out.fail(authorizers.place.clone(), authorizers.state());
    if let Some(fix) = fix {
        draft.fix(fix);
    }
}
