//! `rbac-impersonate`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-impersonate",
    title: "a subject may impersonate others",
    why: "every request can be made in another's name and with the other's rights; with users and groups together that \
          includes `system:masters`, which no policy limits",
    help: "name the few identities that are needed in `resourceNames`, or give the rights themselves",
    pillar: Pillar::ControlPlane,
    severity: Severity::Critical,
    confidence: Confidence::High,
    frameworks: &["CIS-1.23:5.1.8"],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "impersonate others",
    grants: GRANTS,
    home: None,
    focus: Focus::Verb,
    weigh,
    unseen: Some(Severity::Critical),
};

/// The API server asks for users and groups without a namespace, for service accounts in theirs. From 1.35 on there are
/// verbs that also limit what may be done in the other's name (KEP-5284).
static GRANTS: &[Grant] = &[
    Grant::cluster("", &["users"], &["impersonate"]),
    Grant::namespaced("", &["serviceaccounts"], &["impersonate"]),
    Grant::cluster("", &["groups"], &["impersonate"]),
    Grant::cluster("authentication.k8s.io", &["uids"], &["impersonate"]),
    Grant::cluster("authentication.k8s.io", &["users", "groups"], &["impersonate:user-info"]),
    Grant::namespaced("authentication.k8s.io", &["serviceaccounts"], &["impersonate:serviceaccount"]),
    Grant::cluster(
        "authentication.k8s.io",
        &["nodes"],
        &["impersonate:arbitrary-node", "impersonate:associated-node"],
    ),
];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    let full = |resource: &str| {
        case.on(&[resource]).filter(|hit| hit.verb == "impersonate").map(|hit| hit.named).min()
    };
    let (users, accounts, groups) = (full("users"), full("serviceaccounts"), full("groups"));
    Some(match (users, accounts, groups) {
        (Some(false), ..) | (Some(_), _, Some(false)) | (_, Some(_), Some(false)) => {
            Weight::plain(Severity::Critical)
        }
        (_, Some(false), _) if case.everywhere => Weight::plain(Severity::Critical),
        (_, Some(false), _) => Weight { severity: Severity::High, note: ", as service accounts" },
        (Some(true), ..) | (_, Some(true), _) => {
            Weight { severity: Severity::Medium, note: ", those that the rule names" }
        }
        // Impersonating a group takes impersonating a user with it.
        (None, None, Some(_)) => {
            Weight { severity: Severity::Low, note: ", but only their groups, which alone gains nothing" }
        }
        (None, None, None) => constrained(case),
    })
}

fn constrained(case: &Case<'_, '_>) -> Weight {
    if case.hits.iter().any(|hit| hit.verb.starts_with("impersonate:")) {
        Weight { severity: Severity::Medium, note: " for the verbs that other rules name" }
    } else {
        Weight { severity: Severity::Low, note: ", but only their uid, which alone gains nothing" }
    }
}
