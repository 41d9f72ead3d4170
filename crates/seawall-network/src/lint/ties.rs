//! Policies of one tier and priority that govern the same pods.

use std::collections::BTreeMap;

use seawall_core::{Route, Severity};
use seawall_inventory::Place;

use super::{Lint, LintRule, World};
use crate::query::PolicyView;
use crate::{PolicyKind, Tier};

pub(super) const PRIORITY_TIE: LintRule = LintRule {
    id: "priority-tie",
    severity: Severity::Medium,
    title: "two policies of equal priority govern the same pods",
    why: "which of them decides is undefined: it differs between network plugins and may change with a restart",
    fix: "give one of them another priority",
};

pub(super) fn check(world: &World<'_>, out: &mut Vec<Lint>) {
    let mut ranked: BTreeMap<(PolicyKind, Tier, i64), Vec<PolicyView<'_>>> = BTreeMap::new();
    for policy in world.network.policies() {
        if matches!(policy.kind(), PolicyKind::AdminNetworkPolicy | PolicyKind::ClusterNetworkPolicy) {
            ranked.entry((policy.kind(), policy.tier(), policy.priority())).or_default().push(policy);
        }
    }
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
