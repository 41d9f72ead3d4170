//! `rbac-system-masters`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{BindingView, Resource, SubjectKind};

use crate::rbac::model::{CLUSTER_ROLE_BINDING, ROLE_BINDING, is_default_subject};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "rbac-system-masters",
    title: "binding to group `system:masters`",
    why: "members of `system:masters` pass every authorization check, whatever RBAC says: the binding adds nothing and shows \
          that people use a group whose rights cannot be taken back before the certificate expires",
    help: "bind a group of your own, and keep certificates of `system:masters` in the safe",
    pillar: Pillar::ControlPlane,
    severity: Severity::Critical,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:5.1.7", "CIS-GKE-1.9:4.1.6"],
    judge: Judge::Resource(&[ROLE_BINDING, CLUSTER_ROLE_BINDING], judge),
    ..Check::PLAIN
};

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    let Some(binding) = BindingView::of(resource) else { return };
    let masters = |kind, name| kind == SubjectKind::Group && name == "system:masters";
    let found = binding
        .subjects()
        .find(|subject| masters(subject.kind, subject.name) && !is_default_subject(&binding, subject));
    if let Some(subject) = found {
        let place = binding.place_of(subject.node).keys(&["name"]);
        out.fail(place, "binding to group `system:masters`").linked(&subject.identity(&binding));
    }
}
