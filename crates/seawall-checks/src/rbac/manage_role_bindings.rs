//! `rbac-manage-role-bindings`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, RBAC, Weight, judge_power};
use crate::{Check, Judge, Profile, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-manage-role-bindings",
    title: "a subject may write role bindings",
    why: "whoever writes bindings hands what it has to others, also to accounts that stay when its own access ends; \
          `bind` and `escalate` would lift the limit to its own rights",
    help: "keep bindings in the repository of the platform team, and let a delivery controller write them",
    pillar: Pillar::ControlPlane,
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    frameworks: &[],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "write role bindings",
    grants: GRANTS,
    home: None,
    focus: Focus::Verb,
    weigh,
    unseen: Some(Severity::Low),
};

const WRITE: &[&str] = &["create", "update", "patch"];

static GRANTS: &[Grant] = &[
    Grant::namespaced(RBAC, &["rolebindings"], WRITE),
    Grant::cluster(RBAC, &["clusterrolebindings"], WRITE),
];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

/// Who may do everything hands out everything anyway.
fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    (!case.everything).then_some(Weight { severity: Severity::Low, note: ", within its own rights" })
}
