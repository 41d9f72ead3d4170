//! `rbac-manage-secrets`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, Profile, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-manage-secrets",
    title: "a subject may write Secrets",
    why: "whoever replaces a password, a certificate or a pull secret decides whom the programs that use it trust, and \
          a deleted one stops them",
    help: "leave writing to the controller that owns the Secrets, in its namespace, and name them in `resourceNames`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::All,
    frameworks: &[],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "write Secrets",
    grants: GRANTS,
    home: None,
    focus: Focus::Verb,
    weigh,
    unseen: Some(Severity::Medium),
};

static GRANTS: &[Grant] =
    &[Grant::namespaced("", &["secrets"], &["create", "update", "patch", "delete", "deletecollection"])];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

/// Changing Secrets by name is what a controller is given.
fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    case.any_name(&["secrets"]).then(|| Weight::plain(Severity::Medium).unless_everything(case))
}
