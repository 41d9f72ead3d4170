//! What stands where: who owns whose pods, and what runs as whom.

use std::collections::BTreeMap;

use seawall_inventory::{Inventory, Resource};

use crate::objects::word;

/// Longer chains of owners are circles.
const MAX_OWNERS: usize = 8;

/// The workloads of a cluster, by word.
pub(crate) struct Site {
    /// What a pod or workload is changed by: the topmost owner that makes pods.
    owners: BTreeMap<String, String>,
    /// What controllers make of a workload.
    made: BTreeMap<String, Vec<String>>,
    /// What in turn owns a workload, and would write it again.
    managers: BTreeMap<String, String>,
    /// Pods, or workloads without pods here, by namespace and account.
    runs: BTreeMap<(String, String), Vec<String>>,
}

impl Site {
    pub(crate) fn of(inventory: &Inventory) -> Site {
        let mut site = Site {
            owners: BTreeMap::new(),
            made: BTreeMap::new(),
            managers: BTreeMap::new(),
            runs: BTreeMap::new(),
        };
        for resource in inventory.resources().iter().filter(|resource| resource.has_pods()) {
            let top = top(inventory, resource);
            let (own, owner) = (word(resource), word(top));
            let manager = inventory
                .controller_of(top)
                .map(word)
                .or_else(|| inventory.absent_controller(top).map(|absent| absent.to_string()));
            if let Some(manager) = manager {
                site.managers.insert(owner.clone(), manager);
            }
            if own != owner {
                site.made.entry(owner.clone()).or_default().push(own.clone());
            }
            site.owners.insert(own, owner);
        }
        for resource in inventory.resources().iter().filter(|resource| resource.has_pods()) {
            let own = word(resource);
            if resource.kind() != "Pod" && site.owners.get(&own) != Some(&own)
                || resource.kind() != "Pod" && site.made.contains_key(&own)
            {
                continue;
            }
            let Some(pod) = resource.pods().next() else { continue };
            let namespace = resource.namespace().unwrap_or("default").to_owned();
            site.runs.entry((namespace, pod.service_account().to_owned())).or_default().push(own);
        }
        site
    }

    /// What a pod is changed by; itself when nothing owns it.
    pub(crate) fn owner<'s>(&'s self, pod: &'s str) -> &'s str {
        self.owners.get(pod).map_or(pod, String::as_str)
    }

    /// What controllers make of a workload.
    pub(crate) fn made(&self, workload: &str) -> &[String] {
        self.made.get(workload).map_or(&[], Vec::as_slice)
    }

    /// What would write a workload again.
    pub(crate) fn manager(&self, workload: &str) -> Option<&str> {
        self.managers.get(workload).map(String::as_str)
    }

    /// How many pods of a workload are here.
    pub(crate) fn pods(&self, workload: &str) -> usize {
        self.made(workload).iter().filter(|word| word.starts_with("Pod/")).count()
    }

    /// Namespace and name of the account that a pod runs as.
    pub(crate) fn account(&self, pod: &str) -> Option<(&str, &str)> {
        let runs = self.runs.iter().find(|(_, pods)| pods.iter().any(|own| own == pod))?;
        Some((&runs.0.0, &runs.0.1))
    }

    /// What runs as an account.
    pub(crate) fn runs(&self, namespace: &str, account: &str) -> &[String] {
        self.runs.get(&(namespace.to_owned(), account.to_owned())).map_or(&[], Vec::as_slice)
    }
}

fn top<'i>(inventory: &'i Inventory, resource: &'i Resource) -> &'i Resource {
    let mut top = resource;
    for _ in 0..MAX_OWNERS {
        match inventory.controller_of(top).filter(|owner| owner.has_pods()) {
            Some(owner) => top = owner,
            None => break,
        }
    }
    top
}
