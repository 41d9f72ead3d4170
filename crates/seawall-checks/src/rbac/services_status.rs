//! `rbac-services-status`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::rbac::model::{ALL_FOUR, ALLOWED_SUBJECTS, Case, Focus, Grant, Power, Weight, judge_power};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-services-status",
    title: "a subject may change the status of Services",
    why: "kube-proxy takes the addresses in `status.loadBalancer` for those of the Service: with one patch every node \
          sends traffic for an address of others to it (CVE-2020-8554)",
    help: "take the right from everybody but the load balancer controller, which needs `patch` only",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &[],
    needs: ALL_FOUR,
    settings: &[ALLOWED_SUBJECTS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

static POWER: Power = Power {
    may: "change the status of Services",
    grants: GRANTS,
    home: None,
    focus: Focus::Resource,
    weigh,
    unseen: Some(Severity::Medium),
};

static GRANTS: &[Grant] = &[Grant::namespaced("", &["services/status"], &["patch", "update"])];

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_power(&POWER, out);
}

fn weigh(case: &Case<'_, '_>) -> Option<Weight> {
    Some(Weight::plain(Severity::Medium).unless_everything(case))
}
