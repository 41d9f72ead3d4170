//! `rbac-create-service-account-token`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-create-service-account-token",
    title: "a subject may issue tokens of service accounts",
    why: "a token request returns a credential for any service account in reach, so its holder has the rights of the \
          most powerful one",
    help: "name the service accounts in `resourceNames`; pods get their own tokens from the kubelet without this right",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:5.1.13", "CIS-EKS-1.8:4.1.12", "CIS-AKS-1.8:4.1.12"],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "issue tokens of service accounts",
    grants: GRANTS,
    home: None,
    focus: Focus::Resource,
    weigh,
    unseen: Some(Severity::Medium),
};

static GRANTS: &[Grant] = &[Grant::namespaced("", &["serviceaccounts/token"], &["create"])];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    Some(if case.any_name(&["serviceaccounts/token"]) {
        Weight::plain(Severity::Medium).unless_everything(case)
    } else {
        Weight { severity: Severity::Low, note: ", those that the rule names" }
    })
}
