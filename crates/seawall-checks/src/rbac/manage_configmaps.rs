//! `rbac-manage-configmaps`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, Profile, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-manage-configmaps",
    title: "a subject may write ConfigMaps",
    why: "programs take addresses, log levels, feature switches and sometimes whole scripts from ConfigMaps: whoever \
          writes them changes what runs without touching an image",
    help: "name the ConfigMaps in `resourceNames`; leader election works with Leases instead",
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
    may: "write ConfigMaps",
    grants: GRANTS,
    home: None,
    focus: Focus::Verb,
    weigh,
    unseen: Some(Severity::Medium),
};

static GRANTS: &[Grant] =
    &[Grant::namespaced("", &["configmaps"], &["create", "update", "patch", "delete", "deletecollection"])];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

/// Changing ConfigMaps by name is what a controller is given.
fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    case.any_name(&["configmaps"]).then(|| Weight::plain(Severity::Medium).unless_everything(case))
}
