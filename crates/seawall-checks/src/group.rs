//! One finding for a workload, not one for each object that it makes.
//!
//! A Deployment, its ReplicaSets and its Pods have the same pod spec: their common fails are reported once, on the top
//! owner that is here. An object that drifted from its owner keeps what only it has. Where the owner itself is not in
//! the inventory, the first of its children speaks for the others.

use std::collections::{HashMap, HashSet};

use seawall_core::ResourceId;
use seawall_inventory::{Inventory, Resource};

use crate::engine::{GroupKey, Judged};

/// Takes away verdicts on pods that an owner's verdict stands for.
pub(crate) fn group_by_owner(inventory: &Inventory, mut judged: Vec<Judged>) -> Vec<Judged> {
    let mut owners: HashMap<ResourceId, Owner> = HashMap::new();
    for resource in inventory.resources().iter().filter(|resource| resource.has_pods()) {
        if let Some(owner) = owner_of(inventory, resource) {
            owners.insert(resource.id(), owner);
        }
    }
    if owners.is_empty() {
        return judged;
    }
    let leaders: HashSet<ResourceId> = owners.values().filter_map(|owner| owner.leader).collect();
    let mut known: HashMap<ResourceId, HashSet<GroupKey>> = HashMap::new();
    for verdict in judged.iter().filter(|verdict| verdict.of_pod && leaders.contains(&verdict.resource)) {
        known
            .entry(verdict.resource)
            .or_default()
            .extend(verdict.findings.iter().map(|(key, _)| key.clone()));
    }
    let mut said: HashSet<(ResourceId, GroupKey)> = HashSet::new();
    judged.retain_mut(|verdict| {
        let Some(leader) =
            owners.get(&verdict.resource).and_then(|owner| owner.leader).filter(|_| verdict.of_pod)
        else {
            return true;
        };
        let leads = known.get(&leader);
        verdict.findings.retain(|(key, _)| {
            leads.is_none_or(|keys| !keys.contains(key)) && said.insert((leader, key.clone()))
        });
        // What passed or was said already, the leader's verdict covers.
        !verdict.findings.is_empty()
    });
    judged
}

struct Owner {
    /// The resource whose verdict stands for this one's; `None` when it speaks for itself.
    leader: Option<ResourceId>,
}

fn owner_of(inventory: &Inventory, resource: &Resource) -> Option<Owner> {
    let top = inventory.top_owner(resource).filter(|top| top.has_pods())?;
    Some(Owner { leader: Some(top.id()) })
}
