//! Objects that a rule refers to and that are not here.

use seawall_core::Severity;
use seawall_inventory::{Completeness, GroupKind, Place};

use super::{Lint, LintRule, World};
use crate::RuleId;
use crate::policy::{Direction, PeerKey, Peers};

pub(super) const REFERENCE_UNKNOWN: LintRule = LintRule {
    id: "reference-unknown",
    severity: Severity::Medium,
    title: "a rule refers to an object that does not exist",
    why: "a name that nothing has matches nothing: the connection that the rule was written for is closed",
    help: "correct the name, or create the object",
};

pub(super) fn check(world: &World<'_>, out: &mut Vec<Lint>) {
    for policy in world.network.policies() {
        for direction in Direction::ALL {
            policy.rules(direction).for_each(|rule| judge(world, rule, out));
        }
    }
}

fn judge(world: &World<'_>, id: RuleId, out: &mut Vec<Lint>) {
    let Some(Peers::Any(peers)) = world.network.rule(id).map(|rule| &rule.peers) else { return };
    let complete = |kind| world.inventory.completeness(kind) == Completeness::Complete;
    let references = &world.network.references;
    for peer in peers.iter().filter_map(|peer| world.network.peers.get(*peer)) {
        let message = match &peer.key {
            PeerKey::Groups { groups, .. }
                if !references.has_group(groups)
                    && complete(GroupKind::new("cilium.io", "CiliumCIDRGroup")) =>
            {
                "no CiliumCIDRGroup is what this rule refers to"
            }
            PeerKey::Services(services) => match references.selectors(services).as_slice() {
                [] if complete(GroupKind::new("", "Service")) => "no Service is what this rule refers to",
                [(_, None), ..] => "a Service of this rule has no selector: its addresses are not looked up",
                _ => continue,
            },
            _ => continue,
        };
        let Some(view) = world.network.rule_view(id) else { continue };
        let place = Place { resource: view.policy().resource().id(), route: view.route().clone() };
        out.push(Lint::new(&REFERENCE_UNKNOWN, place, message.to_owned()));
    }
}
