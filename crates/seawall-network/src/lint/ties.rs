//! Policies of one tier and priority that govern the same pods.

use std::collections::BTreeMap;

use seawall_core::{Route, Severity};
use seawall_inventory::Place;

use super::{Lint, LintRule, World};
use crate::policy::{Action, Direction};
use crate::query::PolicyView;
use crate::{Order, PolicyKind, Tier};

pub(super) const PRIORITY_TIE: LintRule = LintRule {
    id: "priority-tie",
    severity: Severity::Medium,
    title: "two policies of equal priority govern the same pods",
    why: "which of them decides is undefined: it differs between network plugins and may change with a restart",
    help: "give one of them another priority",
};

pub(super) const ORDER_TIE: LintRule = LintRule {
    id: "order-tie",
    severity: Severity::Low,
    title: "two policies of equal order govern the same pods, and one of them does not only allow",
    why: "their names decide which comes first: who renames one of them changes what is allowed",
    help: "give one of them another order",
};

/// Policies of one order in a tier of Calico, where the order matters.
fn of_calico(world: &World<'_>, out: &mut Vec<Lint>) {
    let mut ranked: BTreeMap<(Tier, Order), Vec<PolicyView<'_>>> = BTreeMap::new();
    for policy in world.network.policies() {
        if matches!(policy.tier(), Tier::Calico(_)) {
            ranked.entry((policy.tier(), policy.priority())).or_default().push(policy);
        }
    }
    let denies = |policy: &PolicyView<'_>, direction| {
        let rules = policy.rules(direction).filter_map(|id| world.network.rule(id));
        rules.into_iter().any(|rule| rule.action != Action::Allow)
    };
    let clash = |one: &PolicyView<'_>, other: &PolicyView<'_>| {
        Direction::ALL.into_iter().any(|direction| {
            one.rules(direction).next().is_some()
                && other.rules(direction).next().is_some()
                && (denies(one, direction) || denies(other, direction))
        })
    };
    for ((_, order), mut policies) in ranked {
        policies.sort_by_key(|policy| policy.resource().id());
        for (at, policy) in policies.iter().enumerate().filter(|(_, one)| one.kind().enforced_by().is_some())
        {
            let own = policy.selected();
            let mut others = policies.iter().take(at);
            let tied = |other: &&PolicyView<'_>| {
                clash(policy, other) && !other.selected().intersection(&own).is_empty()
            };
            let Some(other) = others.find(tied) else { continue };
            let message = if order.is_set() {
                format!("has the order {order} of `{other}`: their names decide which comes first")
            } else {
                format!("has no order, like `{other}`: their names decide which comes first")
            };
            let route = || Route::root().keys(&["spec", "order"]);
            let place = Place { resource: policy.resource().id(), route: route() };
            let mut lint = Lint::new(&ORDER_TIE, place, message);
            let place = Place { resource: other.resource().id(), route: route() };
            lint.related.push((place, "the same order".to_owned()));
            out.push(lint);
        }
    }
}

pub(super) fn check(world: &World<'_>, out: &mut Vec<Lint>) {
    let mut ranked: BTreeMap<(PolicyKind, Tier, Order), Vec<PolicyView<'_>>> = BTreeMap::new();
    for policy in world.network.policies() {
        if matches!(policy.kind(), PolicyKind::AdminNetworkPolicy | PolicyKind::ClusterNetworkPolicy) {
            ranked.entry((policy.kind(), policy.tier(), policy.priority())).or_default().push(policy);
        }
    }
    of_calico(world, out);
    for (_, mut policies) in ranked {
        policies.sort_by_key(|policy| policy.resource().id());
        for (at, policy) in policies.iter().enumerate() {
            let own = policy.selected();
            let other =
                policies.iter().take(at).find(|other| !other.selected().intersection(&own).is_empty());
            let Some(other) = other else { continue };
            let route = || Route::root().keys(&["spec", "priority"]);
            let shared = own.intersection(&other.selected());
            let members = shared.iter().flat_map(|class| world.network.members(class).iter().copied());
            let message = format!(
                "has the priority {} of `{other}`, and both govern {}",
                policy.priority(),
                world.names(members)
            );
            let place = Place { resource: policy.resource().id(), route: route() };
            let mut lint = Lint::new(&PRIORITY_TIE, place, message);
            lint.related.push((
                Place { resource: other.resource().id(), route: route() },
                "the same priority".to_owned(),
            ));
            out.push(lint);
        }
    }
}
