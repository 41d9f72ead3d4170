//! `rbac-bind`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, RBAC, Weight, judge_power};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-bind",
    title: "a subject may bind roles beyond its own rights",
    why: "the verb `bind` lifts the rule that nobody gives away more than they have: with the right to write bindings, \
          its holder gives itself any role, `cluster-admin` included",
    help: "remove the verb; where roles must be given away, name them in `resourceNames`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:5.1.8", "CIS-EKS-1.8:4.1.8", "CIS-GKE-1.9:4.1.7"],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "bind roles beyond its own rights",
    grants: GRANTS,
    home: None,
    focus: Focus::Verb,
    weigh,
    unseen: Some(Severity::High),
};

const WRITE: &[&str] = &["create", "update", "patch"];

/// The API server asks for `bind` in the namespace of a RoleBinding, for ClusterRoles too.
static GRANTS: &[Grant] = &[
    Grant::namespaced(RBAC, &["clusterroles", "roles"], &["bind"]),
    Grant::namespaced(RBAC, &["rolebindings"], WRITE).support(),
    Grant::cluster(RBAC, &["clusterrolebindings"], WRITE).support(),
];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

/// Who may do everything has nothing beyond its own rights to gain.
fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    if case.everything {
        return None;
    }
    let roles = ["clusterroles", "roles"];
    Some(if !case.has(&["rolebindings", "clusterrolebindings"]) {
        Weight { severity: Severity::Low, note: ", which without a right to write bindings gains nothing" }
    } else if case.any_name(&roles) || case.on(&roles).any(|hit| hit.rule.covers_name("cluster-admin")) {
        Weight::plain(Severity::High)
    } else {
        Weight { severity: Severity::Medium, note: ", those that the rule names" }
    })
}
