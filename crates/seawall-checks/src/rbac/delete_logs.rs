//! `rbac-delete-logs`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{Resource, RoleView};

use crate::rbac::model::{CLUSTER_ROLE, Grant, ROLE, hits_of, is_builtin_hit, is_judged_by_parts};
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "rbac-delete-logs",
    title: "role grants deleting logs of pods",
    why: "the subresource `pods/log` is read only today; whoever writes `delete` on it means to give away what hides traces, \
          and a server or proxy that learns the verb will honour the rule",
    help: "grant `get` on `pods/log` and nothing else",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    profile: Profile::All,
    judge: Judge::Resource(&[ROLE, CLUSTER_ROLE], judge),
    ..Check::PLAIN
};

static GRANTS: [Grant; 1] = [Grant::namespaced("", &["pods/log"], &["delete", "deletecollection"])];

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    let Some(role) = RoleView::of(resource) else { return };
    if is_judged_by_parts(out.inventory(), &role) {
        return out.not_applicable();
    }
    let hits = hits_of(role.rules(), &GRANTS);
    // Whoever grants all resources did not mean the logs.
    let hit = hits.iter().find(|hit| hit.is_explicit() && !is_builtin_hit(&role, hit));
    if let Some(hit) = hit {
        let draft = out.fail(hit.verb_place(), "role grants deleting logs of pods");
        draft.related(hit.resource_place(), "the logs");
    }
}
