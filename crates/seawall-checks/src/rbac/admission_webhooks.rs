//! `rbac-admission-webhooks`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-admission-webhooks",
    title: "a subject may change webhook configurations",
    why: "whoever writes a webhook configuration sees every object that is written, Secrets included, changes it on its \
          way, or switches guard rails off",
    help: "leave the configuration to whoever installs the webhook; let a certificate injector name it in \
           `resourceNames`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Critical,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:5.1.12", "CIS-EKS-1.8:4.1.11", "CIS-AKS-1.8:4.1.11"],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "change admission webhook configurations",
    grants: GRANTS,
    home: None,
    focus: Focus::Resource,
    weigh,
    unseen: Some(Severity::Critical),
};

static GRANTS: &[Grant] = &[Grant::cluster(
    "admissionregistration.k8s.io",
    CONFIGURATIONS,
    &["create", "update", "patch", "delete", "deletecollection"],
)];

const CONFIGURATIONS: &[&str] = &["mutatingwebhookconfigurations", "validatingwebhookconfigurations"];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

/// A configuration by name can still be rewritten to match everything. A validating one sees all that is written and can
/// refuse it, but changes nothing.
fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    Some(if case.any_name(&["mutatingwebhookconfigurations"]) {
        Weight::plain(Severity::Critical)
    } else if case.any_name(CONFIGURATIONS) {
        Weight {
            severity: Severity::High,
            note: ", validating ones: to see all that is written, not to change it",
        }
    } else {
        Weight { severity: Severity::Medium, note: ", those that the rule names" }
    })
}
