//! PodDisruptionBudgets and the workloads that they cover.

use std::collections::HashMap;

use seawall_core::ResourceId;
use seawall_inventory::{GroupKind, Inventory, PodView, Resource, Selector};
use seawall_yaml::Node;

use super::amount::Amount;

/// PodDisruptionBudget.
pub(crate) const BUDGET: GroupKind<'static> = GroupKind::new("policy", "PodDisruptionBudget");

/// A field of a budget as an amount.
pub(crate) fn amount<'r>(budget: &'r Resource, key: &str) -> Option<(Node<'r>, Amount)> {
    let node = budget.root().path(&["spec", key])?;
    Some((node, Amount::of(node)?))
}

/// The pods and pod templates that a budget selects. An empty selector selects all pods of the namespace, except in
/// `policy/v1beta1`, where it selects none.
pub(crate) fn covered<'i>(inventory: &'i Inventory, budget: &Resource) -> Vec<PodView<'i>> {
    let selector = budget.root().path(&["spec", "selector"]);
    let is_empty = selector.is_some_and(|selector| {
        let empty = |key| selector.get(key).is_none_or(Node::is_empty);
        empty("matchLabels") && empty("matchExpressions")
    });
    if is_empty && budget.subject().api_version.ends_with("/v1beta1") {
        return Vec::new();
    }
    inventory.selected_pods(budget, Selector::label_selector(selector))
}

/// All budgets by the workloads that they cover.
pub(crate) struct Budgets<'i>(HashMap<ResourceId, Vec<&'i Resource>>);

impl<'i> Budgets<'i> {
    /// Follows the selector of every budget once.
    pub(crate) fn of(inventory: &'i Inventory) -> Self {
        let mut by_workload: HashMap<ResourceId, Vec<&Resource>> = HashMap::new();
        for budget in inventory.of_kind(BUDGET) {
            for pod in covered(inventory, budget) {
                let budgets = by_workload.entry(pod.resource().id()).or_default();
                if budgets.last().is_none_or(|last| last.id() != budget.id()) {
                    budgets.push(budget);
                }
            }
        }
        Budgets(by_workload)
    }

    /// The budgets that cover a workload, in the order read.
    pub(crate) fn covering(&self, workload: &Resource) -> &[&'i Resource] {
        self.0.get(&workload.id()).map_or(&[], Vec::as_slice)
    }
}
