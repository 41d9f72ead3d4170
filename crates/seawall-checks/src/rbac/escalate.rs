//! `rbac-escalate`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, RBAC, Weight, judge_power};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-escalate",
    title: "a subject may write roles beyond its own rights",
    why: "the verb `escalate` lifts the rule that nobody writes a role with more than they have: with the right to change \
          roles, its holder adds any right to a role of its own",
    help: "remove the verb; who only hands out rights that it has itself does not need it",
    pillar: Pillar::ControlPlane,
    severity: Severity::Critical,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:5.1.8", "CIS-EKS-1.8:4.1.8", "CIS-GKE-1.9:4.1.7"],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "write roles beyond its own rights",
    grants: GRANTS,
    home: None,
    focus: Focus::Verb,
    weigh,
    unseen: Some(Severity::Critical),
};

const WRITE: &[&str] = &["update", "patch", "create"];

static GRANTS: &[Grant] = &[
    Grant::cluster(RBAC, &["clusterroles"], &["escalate"]),
    Grant::namespaced(RBAC, &["roles"], &["escalate"]),
    Grant::cluster(RBAC, &["clusterroles"], WRITE).support(),
    Grant::namespaced(RBAC, &["roles"], WRITE).support(),
];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

/// Who may do everything has nothing beyond its own rights to gain.
fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    if case.everything {
        return None;
    }
    let pair = |resource: &str| {
        let may = |escalate: bool| case.on(&[resource]).any(|hit| (hit.verb == "escalate") == escalate);
        may(true) && may(false)
    };
    Some(if pair("clusterroles") || pair("roles") && case.everywhere {
        Weight::plain(Severity::Critical)
    } else if pair("roles") {
        Weight::plain(Severity::High)
    } else {
        Weight { severity: Severity::Low, note: ", which without a right to write them gains nothing" }
    })
}
