//! `network-dangling-policy-peer`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;
use seawall_network::lint::PEER_MATCHES_NOTHING;

use crate::network::{POLICY_KINDS, judge_dead};
use crate::{Check, Judge, Profile, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-dangling-policy-peer",
    title: "peer of a network policy matches no pod",
    why: "either a connection that somebody wanted does not work, or the label waits for whoever may set it on a pod \
          of their own and comes in with it",
    help: "correct the selector, or delete the peer",
    pillar: Pillar::Network,
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    needs: POLICY_KINDS,
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_dead(&PEER_MATCHES_NOTHING, out);
}
