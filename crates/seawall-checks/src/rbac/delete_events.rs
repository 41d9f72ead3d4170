//! `rbac-delete-events`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, Profile, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-delete-events",
    title: "a subject may delete events",
    why: "events tell what was started, killed, pulled and refused in the last hour; without them the first look at an \
          incident sees nothing",
    help: "remove the verb, events expire by themselves; send them to a store outside the cluster as they appear",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::All,
    frameworks: &["MITRE:Defense evasion"],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "delete events",
    grants: GRANTS,
    home: None,
    focus: Focus::Verb,
    weigh,
    unseen: Some(Severity::Medium),
};

static GRANTS: &[Grant] =
    &[Grant::namespaced("", &["events"], DELETE), Grant::namespaced("events.k8s.io", &["events"], DELETE)];

const DELETE: &[&str] = &["delete", "deletecollection"];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    case.any_name(&["events"]).then(|| Weight::plain(Severity::Medium).unless_everything(case))
}
