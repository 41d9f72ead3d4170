//! The model: objects in, classes and signatures kept up to date.
//!
//! ```text
//! pods, templates ─ ownership ─ endpoints ─┐
//! namespaces, nodes ───────────────────────┼─ classes ─┐
//! policies ─ rules ─ peers (each once) ────┴───────────┴─ signatures ─ programs
//! ```
//!
//! Whatever the order of objects, the state after [`Network::apply`] and [`Network::delete`] answers as a fresh build of
//! the same objects does; numbers of classes and policies may differ.

mod classes;
mod endpoints;
mod namespaces;
mod nodes;
mod owners;
mod peers;
mod policies;
mod settle;
mod signatures;

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use seawall_core::Problem;
use seawall_inventory::{GroupKind, Inventory, Resource};

use crate::profile::Profile;
use crate::words::{Word, Words};

pub(crate) use classes::Class;
pub use classes::ClassId;
pub(crate) use classes::is_instance_key;
pub use endpoints::EndpointId;
pub(crate) use endpoints::{ContainerPort, Endpoint};
pub(crate) use namespaces::NAME_LABEL;
pub(crate) use peers::{Peer, PeerId};
pub(crate) use policies::Policy;
pub use policies::PolicyId;
pub use signatures::RuleId;
pub(crate) use signatures::{End, Program, SignatureId};

/// The namespace that an unset one joins.
pub(crate) const DEFAULT_NAMESPACE: &str = "default";

/// An object by group, kind, namespace (empty for cluster-scoped kinds) and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjectKey {
    pub(crate) group: Word,
    pub(crate) kind: Word,
    pub(crate) namespace: Word,
    pub(crate) name: Word,
}

/// Who can reach whom.
#[derive(Debug, Default)]
pub struct Network {
    pub(crate) profile: Profile,
    pub(crate) words: Words,
    pub(crate) namespaces: HashMap<Word, namespaces::Namespace>,
    pub(crate) nodes: HashMap<Word, nodes::ClusterNode>,
    pub(crate) owners: owners::Owners,
    pub(crate) endpoints: endpoints::Endpoints,
    pub(crate) classes: classes::Classes,
    pub(crate) peers: peers::PeerTable,
    pub(crate) policies: policies::Policies,
    pub(crate) signatures: signatures::Signatures,
    /// Where membership in a block that meets the cluster changes.
    borders: BTreeSet<IpAddr>,
    /// Keys that differ between the pods of one workload and are asked for by a policy all the same.
    instance_keys: BTreeSet<Word>,
    pending: settle::Pending,
}

impl Network {
    /// The model of all objects of an inventory, and what is wrong with its policies. Of several objects of one identity
    /// the last one counts; of policies the problems say so.
    pub fn build(inventory: &Inventory, profile: Profile) -> (Self, Vec<Problem>) {
        let mut network = Network { profile, ..Network::default() };
        let mut problems = Vec::new();
        // Policies before pods, so that classes are cut once; the order does not matter to answers.
        for stage in [Stage::Places, Stage::Policies, Stage::Pods] {
            for resource in inventory.resources().iter().filter(|resource| stage_of(resource) == Some(stage))
            {
                if stage == Stage::Policies && network.has_policy(resource) {
                    problems.push(policies::duplicate(resource));
                }
                problems.extend(network.take(resource));
            }
        }
        network.settle();
        problems.extend(network.ties());
        (network, problems)
    }

    /// Adds an object or replaces the one of the same group, kind, namespace and name. Kinds that play no part are
    /// ignored.
    pub fn apply(&mut self, resource: &Resource) -> Vec<Problem> {
        let problems = self.take(resource);
        self.settle();
        problems
    }

    /// Removes an object; one that is not here is ignored.
    pub fn delete(&mut self, kind: GroupKind<'_>, namespace: Option<&str>, name: &str) {
        match (kind.group, kind.kind) {
            ("", "Namespace") => self.delete_namespace(name),
            ("", "Node") => self.delete_node(name),
            _ if crate::PolicyKind::of(kind.group, kind.kind).is_some() => {
                self.delete_policy(kind, namespace, name);
            }
            _ => {
                let key = self.object_key(kind.group, kind.kind, namespace, name);
                self.delete_pods(key);
            }
        }
        self.settle();
    }

    fn take(&mut self, resource: &Resource) -> Vec<Problem> {
        match stage_of(resource) {
            Some(Stage::Places) if resource.kind() == "Namespace" => self.take_namespace(resource),
            Some(Stage::Places) => self.take_node(resource),
            Some(Stage::Policies) => return self.take_policy(resource),
            Some(Stage::Pods) => self.take_pods(resource),
            None => {}
        }
        Vec::new()
    }

    fn object_key(&mut self, group: &str, kind: &str, namespace: Option<&str>, name: &str) -> ObjectKey {
        ObjectKey {
            group: self.words.intern(group),
            kind: self.words.intern(kind),
            namespace: self.words.intern(namespace.unwrap_or(DEFAULT_NAMESPACE)),
            name: self.words.intern(name),
        }
    }

    /// The profile that settles what the API leaves undefined.
    pub fn profile(&self) -> Profile {
        self.profile
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Places,
    Policies,
    Pods,
}

fn stage_of(resource: &Resource) -> Option<Stage> {
    match (resource.group(), resource.kind()) {
        ("", "Namespace" | "Node") => Some(Stage::Places),
        (group, kind) if crate::PolicyKind::of(group, kind).is_some() => Some(Stage::Policies),
        (group, kind) if endpoints::makes_pods(group, kind) => Some(Stage::Pods),
        _ => None,
    }
}
