//! `network-allow-all-egress`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Inventory;
use seawall_network::Direction;

use crate::network::judge_unlimited;
use crate::{Check, Judge, Profile, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-allow-all-egress",
    title: "network policy lets pods connect to everywhere",
    why: "the rule cancels every other egress policy of the same pods: the metadata service of the cloud, the API \
          server and the internet are open to whoever takes a pod over",
    help: "name the destinations under `to`, and leave DNS as the only rule for everybody",
    pillar: Pillar::Network,
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::All,
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    judge_unlimited(Direction::Egress, "rule lets the pods connect to everything", out);
}
