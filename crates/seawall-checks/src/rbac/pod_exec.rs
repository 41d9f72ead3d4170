//! `rbac-pod-exec`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{Resource, RoleView};

use crate::rbac::model::{
    CLUSTER_ROLE, MAX_LISTED, ROLE, exec_grants, hits_of, is_builtin_hit, is_judged_by_parts,
};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "rbac-pod-exec",
    title: "role grants running commands in pods",
    why: "a shell in a pod has its service account token, its Secrets, its network, and leaves no trace in the pod's spec; \
          images, reviews and admission do not matter any more",
    help: "remove `pods/exec` and `pods/attach`; give a job or an endpoint for what is done by hand, and name pods where it \
           must stay",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["NSA:general", "MITRE:Execution"],
    judge: Judge::Resource(&[ROLE, CLUSTER_ROLE], judge),
    ..Check::PLAIN
};

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    let Some(role) = RoleView::of(resource) else { return };
    if is_judged_by_parts(out.inventory(), &role) {
        out.not_applicable();
        return;
    }
    let mut hits = hits_of(role.rules(), exec_grants(out.inventory()));
    hits.retain(|hit| !is_builtin_hit(&role, hit));
    let Some(first) = hits.iter().min_by_key(|hit| (hit.named, !hit.is_explicit())) else { return };
    let message = if first.is_explicit() {
        format!("role grants `{}`", first.resource)
    } else {
        format!("role grants `{}` by wildcard", first.resource)
    };
    let place = first.resource_place();
    let draft = out.fail(place.clone(), message);
    if first.named {
        draft.severity(Severity::Medium);
    }
    draft.related(first.verb_place(), format!("`{}` suffices", first.verb));
    let mut others = Vec::new();
    for other in hits.iter().map(|hit| hit.resource_place()) {
        if others.len() >= MAX_LISTED {
            break;
        }
        if other != place && !others.contains(&other) {
            others.push(other);
        }
    }
    for other in others {
        draft.related(other, "grants it too");
    }
}
