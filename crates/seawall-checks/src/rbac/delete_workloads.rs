//! `rbac-delete-workloads`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, Profile, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-delete-workloads",
    title: "a subject may delete workloads or their data",
    why: "one command per namespace takes a service away, and with volume claims and Secrets what it would be restored \
          from",
    help: "let people restart instead of delete (`patch` on the workload), and keep claims and Secrets out of the rule",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::All,
    frameworks: &["MITRE:Impact"],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "delete workloads or their data",
    grants: GRANTS,
    home: None,
    focus: Focus::Verb,
    weigh,
    unseen: Some(Severity::Medium),
};

static GRANTS: &[Grant] = &[
    Grant::namespaced("", &["pods", "replicationcontrollers", "services", "secrets", "configmaps"], DELETE),
    Grant::namespaced("", &["persistentvolumeclaims"], DELETE),
    Grant::namespaced("apps", &["deployments", "daemonsets", "statefulsets", "replicasets"], DELETE),
    Grant::namespaced("batch", &["jobs", "cronjobs"], DELETE),
];

const DELETE: &[&str] = &["delete", "deletecollection"];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

/// A pod comes back, its controller does not.
fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    let lasting = case.hits.iter().filter(|hit| hit.resource != "pods");
    let named = lasting.clone().all(|hit| hit.named);
    Some(match (lasting.count(), named) {
        (0, _) => Weight {
            severity: Severity::Low,
            note: ", of which only pods, which their controllers make again",
        },
        (_, true) => Weight { severity: Severity::Low, note: ", those that the rule names" },
        (_, false) => Weight::plain(Severity::Medium).unless_everything(case),
    })
}
