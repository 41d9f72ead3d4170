//! `rbac-read-secrets`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-read-secrets",
    title: "a subject may read Secrets",
    why: "whoever reads the Secrets of a namespace has its passwords, keys and tokens, among them those of service \
          accounts; listing and watching return the contents too",
    help: "name the Secrets that are needed in `resourceNames` with the verb `get`, or mount them into the pod instead",
    pillar: Pillar::ControlPlane,
    severity: Severity::Critical,
    confidence: Confidence::High,
    frameworks: &[
        "CIS-1.12:5.1.2",
        "CIS-1.23:5.1.2",
        "CIS-EKS-1.8:4.1.2",
        "CIS-AKS-1.8:4.1.2",
        "CIS-GKE-1.9:4.1.2",
        "MITRE:Credential access",
        "SOC2:CC6.1",
        "SOC2:CC6.6",
        "SOC2:CC6.7",
    ],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "read Secrets",
    grants: GRANTS,
    home: None,
    focus: Focus::Resource,
    weigh,
    unseen: Some(Severity::Critical),
};

static GRANTS: &[Grant] = &[Grant::namespaced("", &["secrets"], &["list", "watch", "get"])];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

/// Secrets by name are the recommended way and nothing to report.
fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    let severity = if case.everywhere { Severity::Critical } else { Severity::High };
    case.any_name(&["secrets"]).then_some(Weight::plain(severity))
}
