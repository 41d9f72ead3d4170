//! `rbac-create-pods`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-create-pods",
    title: "a subject may create or change pods or workloads",
    why: "a pod can use every service account and mount every Secret of its namespace, and where admission lets it, the \
          node's disk: whoever decides what runs has all that",
    help: "leave changes to the delivery controller, or give them in a namespace that holds nothing else and enforces \
           a Pod Security level",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:5.1.4", "CIS-EKS-1.8:4.1.4", "CIS-AKS-1.8:4.1.4"],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "create or change pods or workloads",
    grants: GRANTS,
    home: None,
    focus: Focus::Verb,
    weigh,
    unseen: Some(Severity::High),
};

const WRITE: &[&str] = &["create", "update", "patch"];

static GRANTS: &[Grant] = &[
    Grant::namespaced("", &["pods", "replicationcontrollers"], WRITE),
    Grant::namespaced("apps", &["deployments", "daemonsets", "statefulsets", "replicasets"], WRITE),
    Grant::namespaced("batch", &["jobs", "cronjobs"], WRITE),
];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

/// Of a named workload the whole pod template can be changed, which is as good as creating one in its place.
fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    Some(if case.hits.iter().any(|hit| !hit.named) {
        Weight::plain(Severity::High)
    } else {
        Weight { severity: Severity::Medium, note: ", some by name" }
    })
}
