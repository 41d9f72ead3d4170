//! One finding for a workload, not one for each object that it makes.
//!
//! A Deployment, its ReplicaSets and its Pods have the same pod spec: their common fails are reported once, on the top
//! owner that is here. An object that drifted from its owner keeps what only it has. Where the owner itself is not in
//! the inventory, the first of its children speaks for the others, under the owner's name.

use std::collections::{HashMap, HashSet};

use seawall_core::{CheckId, ResourceId, Subject};
use seawall_inventory::{Inventory, Resource};

use crate::engine::{GroupKey, Judged};

/// Whose verdict stands for that of a resource.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Leader {
    /// An owner that is here.
    Here(ResourceId),
    /// An owner that is not here: its first child speaks.
    Absent(Subject),
}

/// Takes away verdicts on pods that another one stands for.
pub(crate) fn group_by_owner(inventory: &Inventory, mut judged: Vec<Judged>) -> Vec<Judged> {
    let resources = inventory.resources().iter().filter(|resource| resource.has_pods());
    let leaders: HashMap<ResourceId, Leader> =
        resources.filter_map(|resource| Some((resource.id(), leader_of(inventory, resource)?))).collect();
    if leaders.is_empty() {
        return judged;
    }
    let mut said: HashSet<(Leader, GroupKey)> = HashSet::new();
    for verdict in judged.iter().filter(|verdict| verdict.of_pod) {
        let keys = verdict.findings.iter().map(|(key, _)| (Leader::Here(verdict.resource), key.clone()));
        said.extend(keys);
    }
    let mut given: HashSet<(Leader, CheckId)> = HashSet::new();
    judged.retain_mut(|verdict| {
        let Some(leader) = leaders.get(&verdict.resource).filter(|_| verdict.of_pod) else { return true };
        // The first child of an owner that is not here gives the verdict; what the others pass or repeat it covers.
        let first =
            matches!(leader, Leader::Absent(_)) && given.insert((leader.clone(), verdict.check.clone()));
        verdict.findings.retain(|(key, _)| said.insert((leader.clone(), key.clone())));
        first || !verdict.findings.is_empty()
    });
    judged
}

/// Whether any object with a pod has an owner: where none has, nothing is taken away.
pub(crate) fn is_grouped(inventory: &Inventory) -> bool {
    let mut resources = inventory.resources().iter().filter(|resource| resource.has_pods());
    resources.any(|resource| leader_of(inventory, resource).is_some())
}

fn leader_of(inventory: &Inventory, resource: &Resource) -> Option<Leader> {
    match inventory.top_owner(resource) {
        Some(top) => top.has_pods().then(|| Leader::Here(top.id())),
        None => inventory.absent_controller(resource).map(Leader::Absent),
    }
}
