//! Policies that allow too much or are about nobody.

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::ResourceId;
use seawall_inventory::{Completeness, GroupKind, Lint, LintRule, Place, Resource, Selector};
use seawall_network::lint::{POLICY_SELECTS_NOTHING, dead};
use seawall_network::{Direction, PolicyKind, PolicyView};

use crate::VerdictsBySubject;

/// The objects that hold policies, in the order read: an object may hold several.
fn objects<'i>(out: &VerdictsBySubject<'i>) -> Vec<&'i Resource> {
    let policies = out.inventory().resources().iter();
    policies.filter(|resource| PolicyKind::of(resource.group(), resource.kind()).is_some()).collect()
}

/// Judges all policies for rules that limit nothing in a direction.
pub(crate) fn judge_unlimited(direction: Direction, message: &str, out: &mut VerdictsBySubject<'_>) {
    let objects = objects(out);
    if objects.is_empty() {
        return;
    }
    let network = out.models().network().network();
    let mut by_object: BTreeMap<ResourceId, Vec<PolicyView<'_>>> = BTreeMap::new();
    for policy in network.policies() {
        by_object.entry(policy.resource().id()).or_default().push(policy);
    }
    for object in objects {
        let policies = by_object.get(&object.id()).into_iter().flatten();
        let rules = policies.flat_map(|policy| policy.rules(direction));
        let unlimited: BTreeSet<_> = rules
            .filter_map(|id| network.rule_view(id))
            .filter(|rule| rule.is_unlimited())
            .map(|rule| rule.route().clone())
            .collect();
        let verdicts = out.judge(object);
        for route in unlimited {
            verdicts.fail(Place { resource: object.id(), route }, message);
        }
    }
}

/// Judges all policies for selectors that match no pod, where all pods are known: in files they may be elsewhere, or be
/// made by an operator.
pub(crate) fn judge_dead(rule: &'static LintRule, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let objects = objects(out);
    let proof = inventory.completeness(GroupKind::new("", "Pod")) == Completeness::Complete;
    if objects.is_empty() || !proof {
        return;
    }
    let mut lints: BTreeMap<ResourceId, Vec<Lint>> = BTreeMap::new();
    let all = dead(out.models().network().network(), inventory);
    for lint in all.into_iter().filter(|lint| lint.rule == rule) {
        lints.entry(lint.place.resource).or_default().push(lint);
    }
    for object in objects {
        let verdicts = out.judge(object);
        // Templates of kinds whose pods nobody knows, and workloads that are scaled to nothing, are selected all the same.
        let template = || {
            let selector = object.root().path(&["spec", "podSelector"]);
            rule == &POLICY_SELECTS_NOTHING
                && selector.is_some()
                && !inventory.selected_pods(object, Selector::label_selector(selector)).is_empty()
        };
        let Some(found) = lints.get(&object.id()).filter(|_| !template()) else { continue };
        for lint in found {
            verdicts.fail(lint.place.clone(), lint.message.clone()).confidence(lint.confidence);
        }
    }
}
