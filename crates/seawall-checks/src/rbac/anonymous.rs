//! `rbac-anonymous`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{BindingView, Resource, SubjectKind};

use crate::rbac::model::{
    CLUSTER_ROLE_BINDING, MAX_LISTED, ROLE_BINDING, beyond_default, effective_rules, is_default_subject,
    is_public_role, too_many_parts,
};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "rbac-anonymous",
    title: "binding to everybody without a login",
    why: "whoever reaches the API server has these rights, without any credential; on many clusters that is the internet",
    help: "remove the subject and give the one who needs it a service account or a user",
    pillar: Pillar::ControlPlane,
    severity: Severity::Critical,
    confidence: Confidence::High,
    frameworks: &["CIS-GKE-1.9:4.1.8"],
    judge: Judge::Resource(&[ROLE_BINDING, CLUSTER_ROLE_BINDING], judge),
    ..Check::PLAIN
};

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    let Some(binding) = BindingView::of(resource) else { return };
    let anonymous = binding.subjects().filter(|subject| {
        matches!(
            (subject.kind, subject.name),
            (SubjectKind::User, "system:anonymous") | (SubjectKind::Group, "system:unauthenticated")
        )
    });
    let (expected, mut found): (Vec<_>, Vec<_>) =
        anonymous.partition(|subject| is_default_subject(&binding, subject));
    let public = binding.role_ref().is_some_and(is_public_role);
    // The default binding gives what its role has, and somebody may have given that role more.
    let role = if public { out.inventory().role_of(&binding) } else { None };
    let effective = role.map(|role| effective_rules(out.inventory(), role));
    if !expected.is_empty() && effective.as_ref().is_some_and(|effective| effective.cut) {
        out.not_evaluated(too_many_parts());
    }
    let rule = effective.and_then(|effective| effective.rules.into_iter().find(beyond_default));
    if rule.is_some() {
        found.extend(expected);
    }
    let Some(first) = found.first() else { return };
    let place = binding.place_of(first.node).keys(&["name"]);
    let draft = out.fail(place, format!("binding to `{}`, which needs no login", first.name));
    if public && rule.is_none() {
        draft.severity(Severity::Low);
    }
    if let Some(rule) = rule {
        draft.related(rule.place(&[]), "more than this role comes with");
    }
    for other in found.iter().skip(1).take(MAX_LISTED) {
        draft.related(binding.place_of(other.node).keys(&["name"]), "needs no login either");
    }
    for subject in found.iter().take(MAX_LISTED) {
        draft.linked(&subject.identity(&binding));
    }
}
