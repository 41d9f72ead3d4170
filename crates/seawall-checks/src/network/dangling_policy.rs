//! `network-dangling-policy`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;
use seawall_network::lint::POLICY_SELECTS_NOTHING;

use crate::network::{POLICY_KINDS, judge_dead};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-dangling-policy",
    title: "network policy selects no pod",
    why: "the pods that it was written for have other labels or stand in another namespace, and are as open as before; \
          the list of policies looks as if they were not",
    help: "correct `podSelector` or the namespace, or delete the policy",
    pillar: Pillar::Network,
    severity: Severity::Low,
    confidence: Confidence::High,
    needs: POLICY_KINDS,
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_dead(&POLICY_SELECTS_NOTHING, out);
}
