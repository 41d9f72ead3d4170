//! Pods in the network of their node that a policy selects in vain.

use std::collections::BTreeSet;

use seawall_core::{Route, Severity};
use seawall_inventory::{GroupKind, Inventory, Place, Selector};

use super::{Lint, LintRule, World, is_system};

pub(super) const POLICY_MISSES_HOST_NETWORK: LintRule = LintRule {
    id: "policy-misses-host-network",
    severity: Severity::Low,
    title: "a policy selects pods in the network of their node",
    why: "network plugins treat such pods as the node itself: the policy does not hold, though it selects them",
    help: "take the pod out of the host network, or guard the node's ports on the node",
};

pub(super) fn check(world: &World<'_>, out: &mut Vec<Lint>) {
    let mut seen = BTreeSet::new();
    for id in world.network.endpoints() {
        let Some(view) = world.network.endpoint(id).filter(|view| view.host_network()) else { continue };
        if is_system(view.namespace()) {
            continue;
        }
        let Some(object) = world.object(id) else { continue };
        let Some(pod) = object.pods().next() else { continue };
        let (kind, name) = view.workload();
        for policy in world.inventory.of_kind(GroupKind::new("networking.k8s.io", "NetworkPolicy")) {
            let selector = policy.root().path(&["spec", "podSelector"]);
            let meant = Inventory::same_namespace(policy.namespace(), Some(view.namespace()))
                && Selector::label_selector(selector).matches(pod.labels());
            if !meant || !seen.insert((policy.id(), kind.to_owned(), name.to_owned())) {
                continue;
            }
            let place = Place { resource: policy.id(), route: Route::root().keys(&["spec", "podSelector"]) };
            let message = format!(
                "selects `{kind}/{name}`, which stands in the network of its node: the policy does not hold there"
            );
            let mut lint = Lint::new(&POLICY_MISSES_HOST_NETWORK, place, message);
            // A selector of everything was not written for this pod.
            lint.severity =
                if selector.is_some_and(|node| node.is_empty()) { Severity::Info } else { Severity::Low };
            lint.related.push((pod.place(&["hostNetwork"]), "the host network is asked for here".to_owned()));
            out.push(lint);
        }
    }
}
