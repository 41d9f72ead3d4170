//! What following changes looks up: kept up to date with the facts as long as every change is followed.

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;

use foldhash::fast::RandomState;
use seawall_inventory::{GroupKind, Resource};

use crate::facts::{Facts, PodFacts};
use crate::names::{Name, Names};
use crate::numbers::NumberMap;
use crate::rules::pods::MAX_OWNERS;
use crate::ways::Ways;

pub(super) type Key = (Name, Name, Name);

/// Groups whose objects lead traffic to Services.
const ROUTES: &[&str] =
    &["networking.k8s.io", "extensions", "gateway.networking.k8s.io", "route.openshift.io", "elbv2.k8s.aws"];

/// Look-ups over facts and objects.
#[derive(Debug)]
pub(crate) struct Live {
    pod: Name,
    /// Kinds whose template can be changed.
    workloads: [Name; 6],
    /// What says that an object controls it.
    children: NumberMap<Key, BTreeSet<Key>>,
    on_node: NumberMap<Name, BTreeSet<Key>>,
    /// How many pods of a namespace are on a node, or not placed.
    placed: NumberMap<(Name, Option<Name>), usize>,
    /// How many workloads a namespace has.
    worked: NumberMap<Name, usize>,
    /// The addresses of nodes, from which clients may seem to come.
    nodes: HashSet<IpAddr, RandomState>,
    /// Namespace and name of pods that an EndpointSlice names for a Service without a selector, and of those that any
    /// names whose Service is not here.
    sliced: HashSet<(Box<str>, Box<str>), RandomState>,
    /// Every text in an object that leads traffic to Services: their names are among them.
    pub(super) mentioned: HashSet<Box<str>, RandomState>,
}

impl Live {
    pub(super) fn of(facts: &Facts, names: &mut Names, ways: &mut Ways) -> Self {
        let kinds =
            ["Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "CronJob", "ReplicationController"];
        let mut live = Live {
            pod: names.intern("Pod"),
            workloads: kinds.map(|kind| names.intern(kind)),
            children: NumberMap::default(),
            on_node: NumberMap::default(),
            placed: NumberMap::default(),
            worked: NumberMap::default(),
            nodes: facts.nodes.values().flat_map(|node| node.addresses.iter().copied()).collect(),
            sliced: HashSet::default(),
            mentioned: HashSet::default(),
        };
        for (key, pod) in &facts.pods {
            live.add(*key, pod);
        }
        for resource in ways.all().filter(|resource| ROUTES.contains(&resource.group())) {
            live.mention(resource);
        }
        live.slices(ways);
        live
    }

    fn slices(&mut self, ways: &Ways) {
        const SLICE: GroupKind<'static> = GroupKind::new("discovery.k8s.io", "EndpointSlice");
        const SERVICE: GroupKind<'static> = GroupKind::new("", "Service");
        for slice in ways.of_kind(SLICE) {
            let Some(service) = slice.labels().get("kubernetes.io/service-name") else { continue };
            let service = ways.kept_object(SERVICE, slice.namespace(), service);
            let selector = service.and_then(|service| service.root().path(&["spec", "selector"]));
            if selector.is_some_and(|selector| !selector.is_empty()) {
                continue;
            }
            for target in slice.root().list("endpoints").filter_map(|endpoint| endpoint.get("targetRef")) {
                let namespace = target.str("namespace").or(slice.namespace()).unwrap_or("default");
                self.sliced.insert((namespace.into(), target.str("name").unwrap_or("").into()));
            }
        }
    }

    /// Whether an EndpointSlice that no selector writes names a pod.
    pub(super) fn is_sliced(&self, namespace: &str, name: &str) -> bool {
        !self.sliced.is_empty() && self.sliced.contains(&(namespace.into(), name.into()))
    }

    fn mention(&mut self, resource: &Resource) {
        let mut open = vec![resource.root()];
        while let Some(node) = open.pop() {
            if let Some(text) = node.as_str() {
                self.mentioned.insert(text.into());
            }
            open.extend(node.entries().map(|(_, below)| below));
            open.extend(node.items());
        }
    }

    pub(super) fn add(&mut self, key: Key, pod: &PodFacts) {
        let namespace = key.1;
        if let Some((kind, name)) = pod.owner {
            self.children.entry((kind, namespace, name)).or_default().insert(key);
        }
        if let Some(node) = pod.node {
            self.on_node.entry(node).or_default().insert(key);
        }
        *self.placed.entry((namespace, pod.node)).or_default() += 1;
        if self.workloads.contains(&key.0) {
            *self.worked.entry(namespace).or_default() += 1;
        }
    }

    pub(super) fn remove(&mut self, key: Key, pod: &PodFacts) {
        let namespace = key.1;
        if let Some(children) =
            pod.owner.and_then(|(kind, name)| self.children.get_mut(&(kind, namespace, name)))
        {
            children.remove(&key);
        }
        if let Some(pods) = pod.node.and_then(|node| self.on_node.get_mut(&node)) {
            pods.remove(&key);
        }
        if let Some(count) = self.placed.get_mut(&(namespace, pod.node)) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = self.worked.get_mut(&namespace).filter(|_| self.workloads.contains(&key.0)) {
            *count = count.saturating_sub(1);
        }
    }

    pub(super) fn is_pod(&self, key: Key) -> bool {
        key.0 == self.pod
    }

    pub(super) fn is_workload(&self, key: Key) -> bool {
        self.workloads.contains(&key.0)
    }

    /// How many pods of a namespace are on a node.
    pub(super) fn placed(&self, namespace: Name, node: Option<Name>) -> usize {
        self.placed.get(&(namespace, node)).copied().unwrap_or(0)
    }

    /// How many workloads a namespace has.
    pub(super) fn worked(&self, namespace: Name) -> usize {
        self.worked.get(&namespace).copied().unwrap_or(0)
    }

    pub(super) fn is_of_node(&self, address: IpAddr) -> bool {
        self.nodes.contains(&address)
    }

    pub(super) fn on_node(&self, node: Name) -> Vec<Key> {
        self.on_node.get(&node).into_iter().flatten().copied().collect()
    }

    /// The objects whose standing may change with one: itself, those above it by this owner, those that it controls and
    /// that are no pods.
    pub(super) fn around(&self, key: Key, pod: Option<&PodFacts>, facts: &Facts) -> BTreeSet<Key> {
        let mut around = BTreeSet::from([key]);
        let mut owner = pod.and_then(|pod| pod.owner);
        for _ in 0..MAX_OWNERS {
            let Some((kind, name)) = owner else { break };
            let above = (kind, key.1, name);
            around.insert(above);
            owner = facts.pods.get(&above).and_then(|facts| facts.owner);
        }
        let children = self.children.get(&key).into_iter().flatten();
        around.extend(children.filter(|child| !self.is_pod(**child)));
        around
    }

    /// Whether an object is a vertex: a pod, or a workload of which nothing else is here.
    pub(super) fn is_shown(&self, key: Key, facts: &Facts) -> bool {
        let Some(pod) = facts.pods.get(&key) else { return false };
        let owned = || pod.owner.is_some_and(|(kind, name)| facts.pods.contains_key(&(kind, key.1, name)));
        self.is_pod(key) || !owned() && !self.has_pod(key, facts)
    }

    /// Whether a pod goes back to an object.
    fn has_pod(&self, key: Key, facts: &Facts) -> bool {
        let mut level = BTreeSet::from([key]);
        for _ in 0..MAX_OWNERS {
            let below: BTreeSet<Key> =
                level.iter().filter_map(|key| self.children.get(key)).flatten().copied().collect();
            if below.iter().any(|key| self.is_pod(*key)) {
                return true;
            }
            // What is not here says nothing of its own owner.
            level = below.into_iter().filter(|key| facts.pods.contains_key(key)).collect();
            if level.is_empty() {
                return false;
            }
        }
        false
    }
}
