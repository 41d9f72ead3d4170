//! `rbac-manage-networking`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, Profile, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-manage-networking",
    title: "a subject may change Services, routes or network policies",
    why: "whoever writes these objects opens what policies close, publishes what was internal, and sends the traffic \
          of a Service to an address of its own",
    help: "leave routes to the delivery controller and policies to the platform; endpoints are written by controllers \
           alone",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::All,
    frameworks: &[],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "change Services, routes or network policies",
    grants: GRANTS,
    home: None,
    focus: Focus::Verb,
    weigh,
    unseen: Some(Severity::High),
};

const WRITE: &[&str] = &["create", "update", "patch"];
const ANY: &[&str] = &["update", "patch", "delete", "deletecollection", "create"];

static GRANTS: &[Grant] = &[
    Grant::namespaced("networking.k8s.io", &["networkpolicies"], ANY),
    Grant::namespaced("discovery.k8s.io", &["endpointslices"], WRITE),
    Grant::namespaced("", &["endpoints"], WRITE),
    Grant::namespaced("", &["services"], WRITE),
    Grant::namespaced("networking.k8s.io", &["ingresses"], WRITE),
];

/// What takes traffic away from its owner or opens what was closed.
const DIVERTS: &[&str] = &["networkpolicies", "endpointslices", "endpoints"];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

/// Services and Ingresses are what every team writes in its namespace.
fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    let severity = match (case.any_name(DIVERTS), case.everywhere) {
        (true, true) => Severity::High,
        (true, false) | (false, true) => Severity::Medium,
        (false, false) => Severity::Low,
    };
    Some(Weight::plain(severity).unless_everything(case))
}
