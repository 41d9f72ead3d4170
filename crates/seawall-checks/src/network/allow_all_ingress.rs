//! `network-allow-all-ingress`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;
use seawall_network::Direction;

use crate::network::judge_unlimited;
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-allow-all-ingress",
    title: "network policy lets everybody in",
    why: "policies add up and none takes away: one rule that names nobody opens every port of the selected pods, \
          whatever the careful policies beside it say",
    help: "name the callers under `from` and the ports under `ports`, or delete the rule",
    pillar: Pillar::Network,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_unlimited(Direction::Ingress, "rule lets everybody connect to every port", out);
}
