//! `rbac-pod-exec-binding`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{
    ALL_FOUR, ALLOWED_SUBJECTS, CLUSTER_ROLE_BINDING, Evidence, Looking, PLATFORM_BINDINGS, ROLE_BINDING,
    exec_grants, gives, hits_of, judge_bindings,
};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-pod-exec-binding",
    title: "binding lets subjects run commands in pods",
    why: "its subjects get a shell in every pod that the binding reaches, and with it the pods' service accounts, Secrets and \
          network",
    help: "bind a role without `pods/exec` and `pods/attach`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS, PLATFORM_BINDINGS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let grants = exec_grants(out.inventory());
    let looking = Looking {
        builtin: &|rule| gives(rule, grants),
        bindings: &[ROLE_BINDING, CLUSTER_ROLE_BINDING],
        role: None,
        grade: &|rules| {
            let hits = hits_of(rules.iter().copied(), grants);
            let first = hits.iter().min_by_key(|hit| (hit.named, !hit.is_explicit()))?;
            Some(Evidence { rule: Some(first.resource_place()), named: first.named })
        },
    };
    judge_bindings(&looking, out, |bound, verdicts| {
        let named = if bound.evidence.named { ", those that the rule names" } else { "" };
        let message = format!(
            "{} may run commands in pods {} through {} `{}`{named}",
            bound.reach.who(),
            bound.reach.place(),
            bound.role_ref.kind,
            bound.role_ref.name,
        );
        let draft = bound.fail(verdicts, message);
        if bound.evidence.named {
            draft.severity(Severity::Medium);
        }
    });
}
