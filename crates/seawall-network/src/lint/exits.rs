//! Ways out to the metadata service of a cloud.

use std::collections::BTreeMap;
use std::net::IpAddr;

use seawall_core::{Confidence, Severity};
use seawall_inventory::{GroupKind, Place};
use seawall_yaml::Node;

use super::{Lint, LintRule, World, is_system};
use crate::addresses::METADATA;
use crate::{Because, EndpointId, Protocol, RuleId, Target};

pub(super) const EGRESS_TO_METADATA: LintRule = LintRule {
    id: "egress-to-metadata",
    severity: Severity::Medium,
    title: "pods may ask the metadata service of the cloud",
    why: "it answers anybody on the node with the credentials of the node: a single request forged by a pod becomes a role in the cloud",
    help: "leave `169.254.169.254/32` and `fd00:ec2::254/128` out of what pods may connect to, or isolate their egress",
};

const PORT: u16 = 80;

pub(super) fn check(world: &World<'_>, out: &mut Vec<Lint>) {
    let severity = severity(world);
    for (namespace, classes) in world.namespaces.iter().filter(|(name, _)| !is_system(name)) {
        let mut ungoverned: Vec<EndpointId> = Vec::new();
        let mut by_rule: BTreeMap<(RuleId, IpAddr), Vec<EndpointId>> = BTreeMap::new();
        for (class, members) in classes {
            for address in METADATA {
                let verdict =
                    world.network.can(Target::Class(*class), Target::Address(address), Protocol::Tcp, PORT);
                if !verdict.egress.allowed {
                    continue;
                }
                match verdict.egress.rules.first() {
                    Some(rule) => by_rule.entry((*rule, address)).or_default().extend(members),
                    // Only the first address: who may go everywhere is said once.
                    None if verdict.egress.because == Because::Default
                        && Some(&address) == METADATA.first() =>
                    {
                        ungoverned.extend(members);
                    }
                    None => {}
                }
            }
        }
        if !ungoverned.is_empty()
            && let Some(place) = world.place_in(namespace, &ungoverned)
        {
            let message = format!(
                "{} of `{namespace}` may ask the metadata service: no policy holds their egress",
                world.names(ungoverned)
            );
            let mut lint = Lint::new(&EGRESS_TO_METADATA, place, message);
            // Where no node is a cloud's, an open exit is said once already.
            lint.severity = if severity == Severity::High { severity } else { Severity::Low };
            lint.confidence = Confidence::Medium;
            out.push(lint);
        }
        let mut said = Vec::new();
        for ((rule, address), members) in by_rule {
            if said.contains(&rule) {
                continue;
            }
            said.push(rule);
            let Some(view) = world.network.rule_view(rule) else { continue };
            let place = Place { resource: view.policy().resource().id(), route: block_route(&view, address) };
            let message = format!("lets {} ask the metadata service at `{address}`", world.names(members));
            let mut lint = Lint::new(&EGRESS_TO_METADATA, place, message);
            lint.severity = severity;
            lint.confidence = Confidence::Medium;
            out.push(lint);
        }
    }
}

/// The block that holds the address, else the rule.
fn block_route(rule: &crate::RuleView<'_>, address: IpAddr) -> seawall_core::Route {
    let resource = rule.policy().resource();
    let blocks = resource.root().at(rule.route()).into_iter().flat_map(|node| node.list("to"));
    let mut cidrs = blocks.filter_map(|peer| peer.path(&["ipBlock", "cidr"]));
    let found = cidrs.find(|cidr| {
        cidr.as_str().and_then(crate::AddressSet::cidr).is_some_and(|block| block.contains(address))
    });
    found.map_or_else(|| rule.route().clone(), |cidr| resource.route_of(cidr))
}

/// High where a node says that it is a cloud's machine.
fn severity(world: &World<'_>) -> Severity {
    let mut providers = world
        .inventory
        .of_kind(GroupKind::new("", "Node"))
        .filter_map(|node| node.root().path(&["spec", "providerID"]).and_then(Node::as_str));
    let cloud = |id: &str| ["aws:", "gce:", "azure:"].iter().any(|prefix| id.starts_with(prefix));
    if providers.any(cloud) { Severity::High } else { EGRESS_TO_METADATA.severity }
}
