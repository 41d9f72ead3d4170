//! `rbac-default-service-account-bound`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{BindingView, Resource, SubjectKind};

use crate::rbac::model::{CLUSTER_ROLE_BINDING, MAX_LISTED, ROLE_BINDING};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "rbac-default-service-account-bound",
    title: "service account `default` has rights",
    why: "every pod of the namespace that names no account of its own runs as `default`, those that others add later too: \
          what is given to it is given to all of them",
    help: "make a service account for the program that needs the rights, name it in the pod, and bind that one",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:5.1.5", "CIS-EKS-1.8:4.1.5", "CIS-AKS-1.8:4.1.5", "CIS-GKE-1.9:4.1.4"],
    judge: Judge::Resource(&[ROLE_BINDING, CLUSTER_ROLE_BINDING], judge),
    ..Check::PLAIN
};

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    let Some(binding) = BindingView::of(resource) else { return };
    let Some(role) = binding.role_ref() else { return };
    let accounts = binding
        .subjects()
        .filter(|subject| subject.kind == SubjectKind::ServiceAccount && subject.name == "default");
    for subject in accounts.take(MAX_LISTED) {
        let account = subject.identity(&binding);
        let whose = account.namespace.as_deref().map_or_else(String::new, |own| format!(" of `{own}`"));
        let message =
            format!("every pod{whose} without an account of its own has {} `{}`", role.kind, role.name);
        out.fail(binding.place_of(subject.node), message).linked(&account);
    }
}
