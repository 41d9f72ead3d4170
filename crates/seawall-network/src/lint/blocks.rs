//! Blocks of addresses that hold addresses of pods.

use seawall_core::{Confidence, Severity};
use seawall_inventory::{GroupKind, Place};
use seawall_yaml::Node;

use super::{Lint, LintRule, World};
use crate::addresses::AddressSet;
use crate::policy::Direction;

pub(super) const IP_BLOCK_MEETS_PODS: LintRule = LintRule {
    id: "ip-block-meets-pods",
    severity: Severity::Low,
    title: "an `ipBlock` holds addresses of pods",
    why: "whether a block of addresses is about pods of the cluster is left to the network plugin: the same policy opens \
          pods with one and does not with another",
    help: "leave the pods' ranges out with `except`, and name pods by selectors",
};

pub(super) fn check(world: &World<'_>, out: &mut Vec<Lint>) {
    let pods = pod_ranges(world);
    if pods.is_empty() {
        return;
    }
    for policy in world.network.policies() {
        for direction in Direction::ALL {
            for id in policy.rules(direction) {
                let Some(view) = world.network.rule_view(id) else { continue };
                let resource = policy.resource();
                let Some(rule) = resource.root().at(view.route()) else { continue };
                let key = if direction == Direction::Ingress { "from" } else { "to" };
                for block in rule.list(key).filter_map(|peer| peer.get("ipBlock")) {
                    let Some(cidr) = block.get("cidr") else { continue };
                    let Some(addresses) = addresses(block) else { continue };
                    let common = addresses.intersection(&pods);
                    if common.is_empty() {
                        continue;
                    }
                    let shown = common.cidrs();
                    let what = super::listed(shown.iter().map(String::as_str));
                    let message = format!("the block holds addresses of pods: {what}");
                    let place = Place { resource: resource.id(), route: resource.route_of(cidr) };
                    let mut lint = Lint::new(&IP_BLOCK_MEETS_PODS, place, message);
                    lint.confidence = Confidence::Medium;
                    out.push(lint);
                }
            }
        }
    }
}

fn addresses(block: Node<'_>) -> Option<AddressSet> {
    let whole = AddressSet::cidr(block.str("cidr")?)?;
    let except = block.list("except").filter_map(|item| AddressSet::cidr(item.as_str()?));
    Some(except.fold(whole, |rest, one| rest.difference(&one)))
}

/// What nodes give to their pods, and what pods have.
fn pod_ranges(world: &World<'_>) -> AddressSet {
    let nodes = world.inventory.of_kind(GroupKind::new("", "Node"));
    let given = nodes.filter_map(|node| node.root().get("spec")).flat_map(|spec| {
        let all = spec.list("podCIDRs").filter_map(Node::as_str);
        all.chain(spec.str("podCIDR")).filter_map(AddressSet::cidr).collect::<Vec<_>>()
    });
    given.fold(AddressSet::default(), |all, one| all.union(&one))
}
