//! Who owns whom, and which templates stand for pods.
//!
//! A template counts as a pod of its own where no live pod descends from it and no object that is here controls it: a
//! Deployment in a file does, its ReplicaSet in a snapshot does not, a Job of a CronJob does not. An owner that is scaled to
//! nothing speaks for nobody: what it still controls runs for itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{EndpointId, ObjectKey};

/// How many owners are followed; longer chains are circles.
const MAX_OWNERS: usize = 8;

#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) owner: Option<ObjectKey>,
    pub(crate) endpoint: EndpointId,
    /// Whether it makes pods: not finished, not scaled to nothing.
    pub(crate) wanted: bool,
    /// Whether it is a pod that takes part.
    pub(crate) live: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Owners {
    objects: HashMap<ObjectKey, Object>,
    children: HashMap<ObjectKey, BTreeSet<ObjectKey>>,
}

impl Owners {
    pub(crate) fn get(&self, key: ObjectKey) -> Option<&Object> {
        self.objects.get(&key)
    }

    pub(crate) fn insert(&mut self, key: ObjectKey, object: Object) {
        if let Some(owner) = object.owner {
            self.children.entry(owner).or_default().insert(key);
        }
        self.objects.insert(key, object);
    }

    pub(crate) fn remove(&mut self, key: ObjectKey) -> Option<Object> {
        let object = self.objects.remove(&key)?;
        if let Some(owner) = object.owner
            && let Some(siblings) = self.children.get_mut(&owner)
        {
            siblings.remove(&key);
            if siblings.is_empty() {
                self.children.remove(&owner);
            }
        }
        Some(object)
    }

    /// The objects that are here above an object, nearest first.
    pub(crate) fn above(&self, key: ObjectKey) -> Vec<ObjectKey> {
        let mut chain = Vec::new();
        let mut next = self.get(key).and_then(|object| object.owner);
        while let Some(owner) = next.filter(|owner| chain.len() < MAX_OWNERS && !chain.contains(owner)) {
            let Some(object) = self.get(owner) else { break };
            chain.push(owner);
            next = object.owner;
        }
        chain
    }

    /// The last object of the chain of owners, here or only named; the object itself without any.
    pub(crate) fn top(&self, key: ObjectKey) -> ObjectKey {
        let last = self.above(key).last().copied().unwrap_or(key);
        let named = self.get(last).and_then(|object| object.owner);
        // A circle has no top: each of its members stands for itself.
        named.filter(|owner| self.get(*owner).is_none()).unwrap_or(last)
    }

    fn has_live_pod(&self, key: ObjectKey) -> bool {
        let mut seen = BTreeSet::from([key]);
        let mut stack = vec![key];
        while let Some(at) = stack.pop() {
            for child in self.children.get(&at).into_iter().flatten() {
                if self.get(*child).is_some_and(|object| object.live) {
                    return true;
                }
                if seen.insert(*child) {
                    stack.push(*child);
                }
            }
        }
        false
    }

    /// Whether the template of an object stands for pods.
    pub(crate) fn stands_for_pods(&self, key: ObjectKey) -> bool {
        let owner = self.get(key).and_then(|object| object.owner).and_then(|owner| self.get(owner));
        let controlled = owner.is_some_and(|owner| owner.wanted);
        !controlled && !self.has_live_pod(key)
    }

    /// The objects whose standing may change with this one: itself, those above and those it owns.
    pub(crate) fn around(&self, key: ObjectKey) -> BTreeMap<ObjectKey, EndpointId> {
        let children = self.children.get(&key).into_iter().flatten().copied();
        let all = self.above(key).into_iter().chain(children).chain([key]);
        all.filter_map(|key| Some((key, self.get(key)?.endpoint))).collect()
    }
}
