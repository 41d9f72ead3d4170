//! Classes: pods that no policy can tell apart.

use std::collections::HashMap;
use std::net::IpAddr;

use super::endpoints::ContainerPort;
use super::{Endpoint, EndpointId, Network, PolicyId, SignatureId};
use crate::ClassSet;
use crate::policy::PerDirection;
use crate::selector::Pairs;
use crate::words::Word;

/// A class of pods by its number in a [`Network`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub(crate) u32);

/// The key under which a pod's service account stands among its labels; no label can have it.
pub(crate) const SERVICE_ACCOUNT: &str = ":serviceaccount";

/// Keys that differ between the pods of one workload, or that hardly any policy asks for. They tell pods apart only when a
/// policy asks for them.
const INSTANCE_KEYS: [&str; 12] = [
    SERVICE_ACCOUNT,
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "deploymentconfig",
    "job-name",
    "pod-template-generation",
    "pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
];

/// Where an address lies between the borders of all blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Atom {
    /// No address is known: no block meets it.
    Unknown,
    /// From the greatest border that is not greater than the address.
    From(Option<IpAddr>),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ClassKey {
    namespace: Word,
    labels: Pairs,
    ports: Box<[ContainerPort]>,
    host_network: bool,
    node: Option<Word>,
    atom: Atom,
}

#[derive(Clone, Debug)]
pub(crate) struct Class {
    pub(crate) namespace: Word,
    pub(crate) labels: Pairs,
    pub(crate) ports: Box<[ContainerPort]>,
    pub(crate) host_network: bool,
    pub(crate) node: Option<Word>,
    /// The least address that a member ever had: for blocks it stands for all, and it stays where borders cut the class.
    pub(crate) address: Option<IpAddr>,
    pub(crate) members: Vec<EndpointId>,
    /// The policies that select the class, ascending.
    pub(super) policies: PerDirection<Vec<PolicyId>>,
    pub(crate) signatures: PerDirection<SignatureId>,
    /// The least and greatest address that a member ever had.
    span: Option<(IpAddr, IpAddr)>,
}

#[derive(Debug, Default)]
pub(crate) struct Classes {
    pub(crate) items: Vec<Class>,
    /// Those with members. A class that lost its last member keeps its number and waits for the next one.
    pub(crate) live: ClassSet,
    by_key: HashMap<ClassKey, ClassId>,
    by_pair: HashMap<(Word, Word), Vec<ClassId>>,
    pub(super) host_network: Vec<ClassId>,
}

impl Classes {
    pub(crate) fn get(&self, id: ClassId) -> Option<&Class> {
        self.items.get(id.0 as usize)
    }

    pub(super) fn get_mut(&mut self, id: ClassId) -> Option<&mut Class> {
        self.items.get_mut(id.0 as usize)
    }

    pub(super) fn with_pair(&self, key: Word, value: Word) -> &[ClassId] {
        self.by_pair.get(&(key, value)).map_or(&[], |classes| classes)
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = ClassId> + use<> {
        (0..u32::try_from(self.items.len()).unwrap_or(u32::MAX)).map(ClassId)
    }
}

pub(crate) fn is_instance_key(key: &str) -> bool {
    INSTANCE_KEYS.binary_search(&key).is_ok()
}

impl Network {
    fn class_key(&self, endpoint: &Endpoint) -> ClassKey {
        let address = self.address_of(endpoint);
        let below = |address: IpAddr| self.borders.range(..=address).next_back().copied();
        let atom = address.map_or(Atom::Unknown, |address| Atom::From(below(address)));
        if endpoint.host_network {
            // No selector of labels meets it, so that neither namespace nor labels tell it apart.
            let nowhere = Word::default();
            let node = endpoint.node.filter(|_| self.peers.ask_for_nodes());
            let (labels, ports) = (Pairs::default(), endpoint.ports.clone());
            return ClassKey { namespace: nowhere, labels, ports, host_network: true, node, atom };
        }
        let told = |key: Word| !is_instance_key(self.words.text(key)) || self.instance_keys.contains(&key);
        ClassKey {
            namespace: endpoint.key.namespace,
            labels: endpoint.labels.iter().filter(|(key, _)| told(*key)).copied().collect(),
            ports: endpoint.ports.clone(),
            host_network: false,
            node: None,
            atom,
        }
    }

    /// The address of an endpoint; that of its node for a pod in the node's network.
    pub(crate) fn address_of(&self, endpoint: &Endpoint) -> Option<IpAddr> {
        let of_node = || self.nodes.get(&endpoint.node?)?.addresses.first().copied();
        endpoint.address.or_else(|| if endpoint.host_network { of_node() } else { None })
    }

    /// Puts an endpoint into its class, which may be a new one; says which class is new.
    pub(super) fn join_class(&mut self, id: EndpointId) -> Option<ClassId> {
        let endpoint = self.endpoint_at(id)?;
        let key = self.class_key(endpoint);
        let address = self.address_of(endpoint);
        let (class, new) = match self.classes.by_key.get(&key) {
            Some(class) => (*class, None),
            None => {
                let class = self.new_class(key, address);
                (class, Some(class))
            }
        };
        let members = &mut self.classes.get_mut(class)?.members;
        let place = members.len();
        members.push(id);
        self.classes.live.insert(class);
        if let (Some(class), Some(address)) = (self.classes.get_mut(class), address) {
            let (least, greatest) = class.span.unwrap_or((address, address));
            let least = least.min(address);
            (class.address, class.span) = (Some(least), Some((least, greatest.max(address))));
        }
        let endpoint = self.endpoint_mut(id)?;
        (endpoint.class, endpoint.place) = (Some(class), place);
        new
    }

    fn new_class(&mut self, key: ClassKey, address: Option<IpAddr>) -> ClassId {
        let id = ClassId(u32::try_from(self.classes.items.len()).unwrap_or(u32::MAX));
        for pair in &key.labels {
            self.classes.by_pair.entry(*pair).or_default().push(id);
        }
        if key.host_network {
            self.classes.host_network.push(id);
        } else if let Some(namespace) = self.namespaces.get_mut(&key.namespace) {
            namespace.classes.push(id);
        }
        self.classes.items.push(Class {
            namespace: key.namespace,
            labels: key.labels.clone(),
            ports: key.ports.clone(),
            host_network: key.host_network,
            node: key.node,
            address,
            members: Vec::new(),
            policies: PerDirection::default(),
            signatures: PerDirection::default(),
            span: None,
        });
        self.classes.by_key.insert(key, id);
        id
    }

    pub(super) fn leave_class(&mut self, id: EndpointId) {
        let Some(endpoint) = self.endpoint_mut(id) else { return };
        let (Some(class), place) = (endpoint.class.take(), endpoint.place) else { return };
        let Some(members) = self.classes.get_mut(class).map(|class| &mut class.members) else { return };
        if place >= members.len() {
            return;
        }
        members.swap_remove(place);
        let (moved, empty) = (members.get(place).copied(), members.is_empty());
        if let Some(moved) = moved.and_then(|moved| self.endpoint_mut(moved)) {
            moved.place = place;
        }
        if empty {
            self.classes.live.remove(class);
        }
    }

    /// Adds borders. The members of classes that now lie on two sides must join again; a class that lies above a border as
    /// a whole only changes its key.
    pub(super) fn add_borders(&mut self, borders: impl Iterator<Item = IpAddr>) {
        let new: Vec<IpAddr> = borders.filter(|border| self.borders.insert(*border)).collect();
        if new.is_empty() {
            return;
        }
        let mut moved: Vec<(ClassKey, ClassId)> = Vec::new();
        for (key, id) in &self.classes.by_key {
            let Some((least, greatest)) = self.classes.get(*id).and_then(|class| class.span) else {
                continue;
            };
            if new.iter().all(|border| *border > greatest) || matches!(key.atom, Atom::Unknown) {
                continue;
            }
            let start = self.borders.range(..=least).next_back().copied();
            if self.borders.range(..=greatest).next_back().copied() != start {
                self.pending
                    .endpoints
                    .extend(self.classes.get(*id).into_iter().flat_map(|class| &class.members));
            }
            if key.atom != Atom::From(start) {
                moved.push((key.clone(), *id));
            }
        }
        for (key, id) in moved {
            let least = self.classes.get(id).and_then(|class| class.address);
            let start = least.and_then(|least| self.borders.range(..=least).next_back().copied());
            self.classes.by_key.remove(&key);
            self.classes.by_key.insert(ClassKey { atom: Atom::From(start), ..key }, id);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn instance_keys_are_sorted() {
        assert!(super::INSTANCE_KEYS.is_sorted());
    }
}
