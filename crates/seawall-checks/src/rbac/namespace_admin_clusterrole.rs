//! `rbac-namespace-admin-clusterrole`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{
    ALL_FOUR, ALLOWED_SUBJECTS, Evidence, Looking, PLATFORM_BINDINGS, ROLE_BINDING, everything,
    gives_everything, judge_bindings,
};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-namespace-admin-clusterrole",
    title: "RoleBinding to an all-powerful ClusterRole",
    why: "its subjects may do everything in the namespace: read its Secrets, act as its service accounts, change its quotas and \
          roles",
    help: "bind a role with the rights that are needed, or the built-in `edit` or `view`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &[],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS, PLATFORM_BINDINGS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let looking = Looking {
        builtin: &gives_everything,
        bindings: &[ROLE_BINDING],
        role: Some("ClusterRole"),
        grade: &|rules| {
            let rule = everything(rules.iter().copied())?;
            Some(Evidence { rule: Some(rule.place(&[])), named: false })
        },
    };
    judge_bindings(&looking, out, |bound, verdicts| {
        let (who, place, name) = (bound.reach.who(), bound.reach.place(), bound.role_ref.name);
        let message = format!("{who} may do everything {place} through ClusterRole `{name}`");
        bound.fail(verdicts, message);
    });
}
