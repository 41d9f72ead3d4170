//! The model of `seawall-network` for checks: policies and the pods that they select, and the ways in.
//!
//! Invariants, above all what is absent: no selector is read here, and no policy; ways in are those of
//! `seawall_network::exposure`. Absence of a policy proves something where the kind is complete, and is a strong hint where
//! the namespace has policies in the same folder.

use std::collections::{BTreeSet, HashMap};

use seawall_core::Confidence;
use seawall_inventory::{Completeness, GroupKind, Inventory, PodView, Resource};
use seawall_network::exposure::{EntryPoint, Judge, Passage, entry_points};
use seawall_network::lint::is_system;
use seawall_network::{ClassId, Direction, Network, Plugin, PolicyId, PolicyKind, PolicyView};

/// NetworkPolicies of Kubernetes.
const POLICY: GroupKind<'static> = GroupKind::new("networking.k8s.io", "NetworkPolicy");
/// Namespaces.
pub(crate) const NAMESPACE: GroupKind<'static> = GroupKind::new("", "Namespace");

/// Kinds without which nobody knows whether a pod is isolated.
pub(crate) const POLICY_KINDS: &[GroupKind<'static>] = &[
    POLICY,
    GroupKind::new("policy.networking.k8s.io", "AdminNetworkPolicy"),
    GroupKind::new("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
    GroupKind::new("policy.networking.k8s.io", "ClusterNetworkPolicy"),
    GroupKind::new("cilium.io", "CiliumNetworkPolicy"),
    GroupKind::new("cilium.io", "CiliumClusterwideNetworkPolicy"),
    GroupKind::new("projectcalico.org", "NetworkPolicy"),
    GroupKind::new("projectcalico.org", "GlobalNetworkPolicy"),
    GroupKind::new("crd.projectcalico.org", "NetworkPolicy"),
    GroupKind::new("crd.projectcalico.org", "GlobalNetworkPolicy"),
];

/// Namespace, kind and name of an object or of what owns it.
type ObjectName = (String, String, String);

/// Policies and pods.
pub(crate) struct NetworkModel {
    network: Network,
    by_object: HashMap<ObjectName, BTreeSet<ClassId>>,
    /// The policies of each namespace.
    own_policies: HashMap<String, Vec<PolicyId>>,
    /// Those of the cluster.
    wide_policies: Vec<PolicyId>,
    /// Namespaces with a pod that a policy isolates in some direction.
    isolated: BTreeSet<String>,
}

/// What the absence of a policy proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// That there is none.
    Proof,
    /// That there is probably none: others of the namespace are here.
    Hint,
    /// Nothing: policies may be elsewhere.
    Unknown,
}

impl Reading {
    /// The confidence of a finding that rests on it; `None` without one.
    pub(crate) fn confidence(self) -> Option<Confidence> {
        match self {
            Reading::Proof => Some(Confidence::High),
            Reading::Hint => Some(Confidence::Medium),
            Reading::Unknown => None,
        }
    }
}

impl NetworkModel {
    /// Reads all policies and pods.
    pub(crate) fn of(inventory: &Inventory) -> Self {
        // What is wrong with the policies themselves is said by `seawall network`.
        let (network, _) = Network::build(inventory, Plugin::Assumed);
        let mut by_object: HashMap<ObjectName, BTreeSet<ClassId>> = HashMap::new();
        for id in network.endpoints() {
            let (Some(view), Some(class)) = (network.endpoint(id), network.class_of(id)) else { continue };
            for (kind, name) in BTreeSet::from([(view.kind(), view.name()), view.workload()]) {
                let key = (view.namespace().to_owned(), kind.to_owned(), name.to_owned());
                by_object.entry(key).or_default().insert(class);
            }
        }
        let mut own_policies: HashMap<String, Vec<PolicyId>> = HashMap::new();
        let mut wide_policies = Vec::new();
        for policy in network.policies() {
            match policy.namespace() {
                Some(namespace) => own_policies.entry(namespace.to_owned()).or_default().push(policy.id()),
                None => wide_policies.push(policy.id()),
            }
        }
        let is_isolated =
            |class: &ClassId| Direction::ALL.iter().any(|way| network.is_isolated(*class, *way));
        let isolated = by_object.iter().filter(|(_, classes)| classes.iter().any(is_isolated));
        let isolated = isolated.map(|((namespace, ..), _)| namespace.clone()).collect();
        NetworkModel { by_object, own_policies, wide_policies, isolated, network }
    }

    /// The model itself.
    pub(crate) fn network(&self) -> &Network {
        &self.network
    }

    /// The classes of the pods of an object that policies can govern; empty for pods in the network of their node, and
    /// where no pod takes part.
    pub(crate) fn classes<'m>(&'m self, resource: &Resource) -> impl Iterator<Item = ClassId> + use<'m> {
        let namespace = resource.namespace().unwrap_or("default").to_owned();
        let key = (namespace, resource.kind().to_owned(), resource.name().to_owned());
        let classes = self.by_object.get(&key).into_iter().flatten().copied();
        classes.filter(|class| !self.network.is_host_network(*class))
    }

    /// Whether a namespace has policies of its own.
    pub(crate) fn has_policies(&self, namespace: &str) -> bool {
        self.own_policies.contains_key(namespace)
    }

    /// The policies of a namespace and of the cluster.
    fn policies_of(&self, namespace: &str) -> impl Iterator<Item = PolicyView<'_>> {
        let own = self.own_policies.get(namespace).into_iter().flatten();
        own.chain(&self.wide_policies).filter_map(|id| self.network.policy(*id))
    }

    /// Whether a policy is about a namespace: it is of the namespace, isolates a pod in it, or any that may come.
    pub(crate) fn is_governed(&self, namespace: &str) -> bool {
        let isolates = |policy: &PolicyView<'_>| Direction::ALL.iter().any(|way| policy.isolates(*way));
        self.has_policies(namespace)
            || self.isolated.contains(namespace)
            || self
                .policies_of(namespace)
                .any(|policy| policy.covers_namespace(namespace) && isolates(&policy))
    }

    /// What it proves that no policy for the pods of a namespace is here.
    pub(crate) fn reading(&self, inventory: &Inventory, namespace: &str) -> Reading {
        match inventory.completeness(POLICY) {
            Completeness::Complete => Reading::Proof,
            _ if !self.wide_policies.is_empty() || self.has_policies(namespace) => Reading::Hint,
            _ => Reading::Unknown,
        }
    }

    /// Whether no policy isolates the pods of an object in any of some directions; `None` where that is not known or not
    /// asked for. The confidence goes with it.
    pub(crate) fn is_open(
        &self,
        inventory: &Inventory,
        pod: &PodView<'_>,
        directions: &[Direction],
    ) -> Option<(bool, Confidence)> {
        let resource = pod.resource();
        let mut classes = self.classes(resource).peekable();
        classes.peek()?;
        let isolated = |class| directions.iter().any(|way| self.network.is_isolated(class, *way));
        if classes.all(isolated) {
            return Some((false, Confidence::High));
        }
        let reading = self.reading(inventory, resource.namespace().unwrap_or("default"));
        Some((true, reading.confidence()?))
    }

    /// Whether a policy denies by default what any pod of a namespace does in a direction.
    pub(crate) fn denies_by_default(&self, namespace: &str, direction: Direction) -> bool {
        let unlimited = |policy: &PolicyView<'_>| {
            policy
                .rules(direction)
                .any(|id| self.network.rule_view(id).is_some_and(|rule| rule.is_unlimited()))
        };
        self.policies_of(namespace).any(|policy| {
            policy.isolates(direction) && policy.covers_namespace(namespace) && !unlimited(&policy)
        })
    }
}

/// Whether a namespace is of the system, or the one that every cluster has and nobody uses.
pub(crate) fn is_left_alone(inventory: &Inventory, namespace: &str) -> bool {
    let in_use = || {
        inventory
            .resources()
            .iter()
            .any(|resource| resource.has_pods() && resource.namespace().unwrap_or("default") == namespace)
    };
    is_system(namespace) || namespace == "default" && !in_use()
}

/// All ways in.
pub(crate) struct WaysIn(Vec<EntryPoint>);

impl WaysIn {
    /// Finds them, and takes away what policies close for certain: in files a policy may be of another installation, or of
    /// none.
    pub(crate) fn of<'m>(inventory: &Inventory, network: impl FnOnce() -> &'m NetworkModel) -> Self {
        let mut entries = entry_points(inventory);
        let mut resources = inventory.resources().iter();
        let policed = resources.any(|resource| PolicyKind::of(resource.group(), resource.kind()).is_some());
        let proof = inventory.completeness(POLICY) == Completeness::Complete;
        if proof && policed && !entries.is_empty() {
            let judge = Judge::new(&network().network, inventory);
            for entry in &mut entries {
                let open: Vec<_> = std::mem::take(&mut entry.backends)
                    .into_iter()
                    .filter(|backend| judge.judge(entry, backend).passage != Passage::Denied)
                    .collect();
                entry.backends = open;
            }
        }
        WaysIn(entries)
    }

    /// By kind, then in the order read.
    pub(crate) fn entries(&self) -> &[EntryPoint] {
        &self.0
    }
}
