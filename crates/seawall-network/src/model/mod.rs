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

mod calico;
mod classes;
mod endpoints;
mod namespaces;
mod nodes;
mod owners;
mod peers;
mod policies;
mod references;
mod settle;
mod signatures;

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use seawall_core::Problem;
use seawall_inventory::{GroupKind, Inventory, Resource};

use crate::profile::{Plugin, Profile};
use crate::words::{Word, Words};

pub(crate) use calico::{CalicoServices, GROUPS as CALICO_GROUPS, KUBERNETES};
pub use classes::ClassId;
pub(crate) use classes::{Class, SERVICE_ACCOUNT, is_instance_key};
pub use endpoints::EndpointId;
pub(crate) use endpoints::{ContainerPort, Endpoint};
pub(crate) use namespaces::NAME_LABEL;
pub(crate) use peers::{Peer, PeerId};
pub(crate) use policies::Policy;
pub use policies::PolicyId;
pub use signatures::RuleId;
pub(crate) use signatures::{End, Program, SignatureId, TierProgram};

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
    plugin: Plugin,
    pub(crate) profile: Profile,
    pub(crate) words: Words,
    pub(crate) namespaces: HashMap<Word, namespaces::Namespace>,
    pub(crate) nodes: HashMap<Word, nodes::ClusterNode>,
    pub(crate) references: references::References,
    pub(crate) calico: calico::Calico,
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
    pub fn build(inventory: &Inventory, plugin: impl Into<Plugin>) -> (Self, Vec<Problem>) {
        let plugin = plugin.into();
        let profile = match plugin {
            Plugin::Given(profile) => profile,
            Plugin::Assumed => Profile::assumed(inventory),
        };
        // What is assumed is known: it must not change while policies come one by one.
        let mut network = Network { plugin: Plugin::Given(profile), profile, ..Network::default() };
        let mut problems = Vec::new();
        if plugin == Plugin::Assumed && profile != Profile::default() {
            problems.push(policies::assumed(profile));
        }
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
        network.plugin = plugin;
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
            _ if is_referred_to(kind.group, kind.kind) => {
                if references::is_referred_to(kind.group, kind.kind) {
                    self.delete_reference(kind, namespace, name);
                }
                if calico::is_referred_to(kind.group, kind.kind) {
                    self.delete_calico(kind, namespace, name);
                }
            }
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
            Some(Stage::Places) => match resource.kind() {
                "Namespace" => self.take_namespace(resource),
                "Node" => self.take_node(resource),
                _ => return self.take_referred(resource),
            },
            Some(Stage::Policies) if calico::is_staged(resource.group(), resource.kind()) => {
                return vec![calico::staged(resource)];
            }
            Some(Stage::Policies) => return self.take_policy(resource),
            Some(Stage::Pods) => self.take_pods(resource),
            None => {}
        }
        Vec::new()
    }

    fn take_referred(&mut self, resource: &Resource) -> Vec<Problem> {
        let (group, kind) = (resource.group(), resource.kind());
        let mut problems = Vec::new();
        if references::is_referred_to(group, kind) {
            problems.extend(self.take_reference(resource));
        }
        if calico::is_referred_to(group, kind) {
            problems.extend(self.take_calico(resource));
        }
        problems
    }

    fn object_key(&mut self, group: &str, kind: &str, namespace: Option<&str>, name: &str) -> ObjectKey {
        ObjectKey {
            group: self.words.intern(group),
            kind: self.words.intern(kind),
            namespace: self.words.intern(namespace.unwrap_or(DEFAULT_NAMESPACE)),
            name: self.words.intern(name),
        }
    }

    /// The profile that settles what the API leaves undefined, given or assumed.
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

/// Whether policies may refer to objects of a kind.
fn is_referred_to(group: &str, kind: &str) -> bool {
    references::is_referred_to(group, kind) || calico::is_referred_to(group, kind)
}

fn stage_of(resource: &Resource) -> Option<Stage> {
    match (resource.group(), resource.kind()) {
        ("", "Namespace" | "Node") => Some(Stage::Places),
        (group, kind) if is_referred_to(group, kind) => Some(Stage::Places),
        (group, kind) if crate::PolicyKind::of(group, kind).is_some() => Some(Stage::Policies),
        (group, kind) if calico::is_staged(group, kind) => Some(Stage::Policies),
        (group, kind) if endpoints::makes_pods(group, kind) => Some(Stage::Pods),
        _ => None,
    }
}
