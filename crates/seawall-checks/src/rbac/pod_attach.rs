//! `rbac-pod-attach`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{Resource, RoleView};

use crate::rbac::model::{CLUSTER_ROLE, Grant, ROLE, hits_of, is_builtin_hit, is_judged_by_parts};
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "rbac-pod-attach",
    title: "role grants attaching to pods",
    why: "attaching shares the terminal of the main process: what it prints is read, and what is typed is its input, so that \
          a shell or a debugger that waits there obeys",
    help: "remove `pods/attach`; reading output takes `pods/log` only",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::All,
    judge: Judge::Resource(&[ROLE, CLUSTER_ROLE], judge),
    ..Check::PLAIN
};

static ATTACH: [Grant; 1] = [Grant::namespaced("", &["pods/attach"], &["create", "get"])];
static ATTACH_BY_CREATE: [Grant; 1] = [Grant::namespaced("", &["pods/attach"], &["create"])];

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    let Some(role) = RoleView::of(resource) else { return };
    if is_judged_by_parts(out.inventory(), &role) {
        return out.not_applicable();
    }
    // As for `pods/exec`: Kubernetes 1.35 asks for `create` when a WebSocket opens, which needed `get` before.
    let grants = if out.inventory().server_is_at_least((1, 35)) { &ATTACH_BY_CREATE } else { &ATTACH };
    let mut hits = hits_of(role.rules(), grants);
    hits.retain(|hit| !is_builtin_hit(&role, hit));
    let Some(hit) = hits.iter().min_by_key(|hit| (hit.named, !hit.is_explicit())) else { return };
    let how = if hit.is_explicit() { "" } else { " by wildcard" };
    let draft = out.fail(hit.resource_place(), format!("role grants `pods/attach`{how}"));
    draft.related(hit.verb_place(), format!("`{}` suffices", hit.verb));
    if hit.named {
        draft.severity(Severity::Medium);
    }
}
