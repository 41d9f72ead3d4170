//! Ports by a name that no pod gives to a port.

use seawall_core::{Confidence, Severity};
use seawall_inventory::Place;

use super::{Lint, LintRule, World};
use crate::policy::Direction;
use crate::{ClassSet, RuleId};

pub(super) const NAMED_PORT_UNKNOWN: LintRule = LintRule {
    id: "named-port-unknown",
    severity: Severity::Medium,
    title: "a rule names a port that no pod behind it has",
    why: "a name that no container port carries matches nothing: the connection that the rule was written for is closed",
    help: "name the container port, with the same protocol, or write the number",
};

pub(super) fn check(world: &World<'_>, out: &mut Vec<Lint>) {
    for policy in world.network.policies() {
        for direction in Direction::ALL {
            let selected = policy.selected();
            policy.rules(direction).for_each(|rule| judge(world, rule, &selected, out));
        }
    }
}

fn judge(world: &World<'_>, id: RuleId, selected: &ClassSet, out: &mut Vec<Lint>) {
    let (Some(rule), Some(view)) = (world.network.rule(id), world.network.rule_view(id)) else { return };
    if rule.ports.named.is_empty() {
        return;
    }
    let behind = if id.direction == Direction::Ingress { selected.clone() } else { view.peers() };
    if behind.is_empty() {
        return;
    }
    for wanted in &rule.ports.named {
        let known = behind.iter().filter_map(|class| world.network.classes.get(class)).any(|class| {
            class.ports.iter().any(|port| {
                port.name == wanted.name && wanted.protocol.is_none_or(|protocol| protocol == port.protocol)
            })
        });
        if known {
            continue;
        }
        let name = world.network.words.text(wanted.name);
        let protocol = wanted.protocol.map_or("", |protocol| protocol.as_str());
        let resource = view.policy().resource();
        let node = resource.root().at(view.route());
        let item = node.and_then(|node| node.list("ports").find(|item| item.str("port") == Some(name)));
        let route = item.map_or_else(|| view.route().clone(), |item| resource.route_of(item).key("port"));
        let message = format!(
            "no pod behind this rule has a port named `{name}`{}",
            match protocol {
                "" => String::new(),
                protocol => format!(" of protocol {protocol}"),
            }
        );
        let mut lint = Lint::new(&NAMED_PORT_UNKNOWN, Place { resource: resource.id(), route }, message);
        if !world.complete {
            lint.confidence = Confidence::Medium;
        }
        out.push(lint);
    }
}
