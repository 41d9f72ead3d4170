//! Peers and subjects: each distinct one is evaluated once over all classes.

use std::collections::HashMap;

use super::calico::{KUBERNETES, value_of};
use super::classes::{SERVICE_ACCOUNT, is_instance_key};
use super::references::selected;
use super::{Class, ClassId, Network};
use crate::ClassSet;
use crate::addresses::AddressSet;
use crate::expression::{Bound, Expr, Key, Known};
use crate::policy::{PeerKey, Scope, Services};
use crate::selector::LabelSelector;

/// A peer by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PeerId(u32);

#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) key: PeerKey,
    /// How many rules and subjects use it.
    users: usize,
    /// The classes that it meets; those of dead classes too.
    pub(crate) classes: ClassSet,
    /// The addresses that it meets.
    pub(crate) addresses: AddressSet,
    /// Whether it was evaluated before.
    evaluated: bool,
}

#[derive(Debug, Default)]
pub(crate) struct PeerTable {
    items: Vec<Option<Peer>>,
    free: Vec<PeerId>,
    by_key: HashMap<PeerKey, PeerId>,
    /// How many peers depend on the nodes.
    about_nodes: usize,
    /// How many peers are Services.
    about_services: usize,
}

impl PeerTable {
    pub(crate) fn get(&self, id: PeerId) -> Option<&Peer> {
        self.items.get(id.0 as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, id: PeerId) -> Option<&mut Peer> {
        self.items.get_mut(id.0 as usize)?.as_mut()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (PeerId, &Peer)> {
        let numbers = (0..u32::MAX).map(PeerId);
        numbers.zip(&self.items).filter_map(|(id, peer)| Some((id, peer.as_ref()?)))
    }

    pub(super) fn ask_for_nodes(&self) -> bool {
        self.about_nodes > 0
    }

    pub(super) fn ask_for_services(&self) -> bool {
        self.about_services > 0
    }

    fn insert(&mut self, key: PeerKey) -> PeerId {
        let peer = Peer {
            key: key.clone(),
            users: 0,
            classes: ClassSet::default(),
            addresses: AddressSet::default(),
            evaluated: false,
        };
        let id = match self.free.pop() {
            Some(id) => {
                if let Some(slot) = self.items.get_mut(id.0 as usize) {
                    *slot = Some(peer);
                }
                id
            }
            None => {
                let id = PeerId(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
                self.items.push(Some(peer));
                id
            }
        };
        self.by_key.insert(key, id);
        id
    }

    /// Gives a peer up by one user; says whether it is gone.
    fn release(&mut self, id: PeerId) -> bool {
        let Some(peer) = self.get_mut(id) else { return false };
        peer.users = peer.users.saturating_sub(1);
        if peer.users > 0 {
            return false;
        }
        let Some(peer) = self.items.get_mut(id.0 as usize).and_then(Option::take) else { return false };
        self.about_nodes -= usize::from(peer.key.is_about_nodes());
        self.about_services -= usize::from(matches!(peer.key, PeerKey::Services(_)));
        self.by_key.remove(&peer.key);
        self.free.push(id);
        true
    }
}

impl Network {
    /// The number of a peer, which is one user more.
    pub(super) fn use_peer(&mut self, key: PeerKey) -> PeerId {
        let id = match self.peers.by_key.get(&key) {
            Some(id) => *id,
            None => self.new_peer(key),
        };
        if let Some(peer) = self.peers.get_mut(id) {
            peer.users += 1;
        }
        id
    }

    fn new_peer(&mut self, key: PeerKey) -> PeerId {
        match &key {
            PeerKey::Pods { pods, .. } => {
                for word in pods.keys().filter(|word| is_instance_key(self.words.text(*word))) {
                    // Classes were cut without regard to this key.
                    self.pending.reclass |= self.instance_keys.insert(word);
                }
            }
            PeerKey::Block { addresses, in_cluster: true } => {
                let borders: Vec<_> = addresses.borders().collect();
                self.add_borders(borders.into_iter());
            }
            PeerKey::Block { .. } | PeerKey::Groups { .. } => {}
            PeerKey::Nodes(_) | PeerKey::Hosts(_) | PeerKey::ApiServer => {
                if !self.peers.ask_for_nodes() {
                    self.pending.endpoints.extend(&self.endpoints.host_network);
                }
                self.peers.about_nodes += 1;
            }
            PeerKey::Services(_) => {
                self.peers.about_services += 1;
                self.tell_apart_for_services();
            }
            PeerKey::Labelled { expr, sets } => {
                self.tell_apart_for(expr);
                if *sets {
                    self.cut_by_sets();
                }
            }
        }
        let id = self.peers.insert(key);
        self.pending.peers.insert(id);
        id
    }

    pub(super) fn release_peer(&mut self, id: PeerId) {
        if self.peers.release(id) {
            self.pending.peers.remove(&id);
        }
    }

    /// Whether a peer meets the pods of a class.
    pub(crate) fn meets(&self, peer: PeerId, class: ClassId) -> bool {
        let (Some(peer), Some(class)) = (self.peers.get(peer), self.classes.get(class)) else { return false };
        match &peer.key {
            PeerKey::Labelled { expr, .. } => self.expr_meets(expr, &peer.addresses, class),
            key => self.key_meets(key, class),
        }
    }

    /// Cuts classes by the labels that an expression asks for.
    fn tell_apart_for(&mut self, expr: &Expr) {
        for key in expr.keys() {
            let word = match key {
                Key::Own(word) if is_instance_key(self.words.text(word)) => word,
                Key::Account(_) => self.words.intern(SERVICE_ACCOUNT),
                _ => continue,
            };
            self.pending.reclass |= self.instance_keys.insert(word);
        }
    }

    /// Whether an expression selects a class, or a set that holds its address.
    fn expr_meets(&self, expr: &Expr, of_sets: &AddressSet, class: &Class) -> bool {
        let by_label =
            || !class.host_network && expr.holds(&self.words, &|key| self.label_of(class, key)) == Some(true);
        class.address.is_some_and(|address| of_sets.contains(address)) || by_label()
    }

    fn label_of(&self, class: &Class, key: Key) -> Known {
        match key {
            Key::Own(key) => value_of(&class.labels, key),
            Key::Namespace(key) => self.namespace_label(class.namespace, key),
            Key::Account(key) => {
                let account = self.words.find(SERVICE_ACCOUNT).map(|word| value_of(&class.labels, word));
                match account {
                    Some(Known::Is(account)) => self.account_label(class.namespace, account, key),
                    _ => Known::Absent,
                }
            }
            Key::NamespaceName => Known::Is(class.namespace),
            Key::Orchestrator => self.words.find(KUBERNETES).map_or(Known::Absent, Known::Is),
        }
    }

    fn key_meets(&self, key: &PeerKey, class: &Class) -> bool {
        match key {
            PeerKey::Pods { scope, pods } if class.host_network => {
                let everyone = matches!(scope, Scope::Matching(scope) if scope.is_everything());
                self.profile.everyone_meets_host_network() && everyone && pods.is_everything()
            }
            PeerKey::Pods { scope, pods } => self.scope_meets(scope, class) && pods.matches(&class.labels),
            PeerKey::Block { addresses, in_cluster } => {
                *in_cluster && class.address.is_some_and(|address| addresses.contains(address))
            }
            PeerKey::Nodes(nodes) => {
                let node = class.node.filter(|_| class.host_network).and_then(|node| self.nodes.get(&node));
                node.is_some_and(|node| nodes.matches(&node.labels))
            }
            PeerKey::Hosts(_) => class.host_network,
            PeerKey::ApiServer => {
                class.host_network
                    && (class.node.is_some_and(|node| self.serves_api(node))
                        || class.address.is_some_and(|address| self.api_server().contains(address)))
            }
            PeerKey::Groups { .. } => false,
            PeerKey::Services(services) => self.stands_behind(services, class),
            PeerKey::Labelled { expr, sets } => {
                let of_sets = if *sets { self.set_addresses(expr) } else { AddressSet::default() };
                self.expr_meets(expr, &of_sets, class)
            }
        }
    }

    fn stands_behind(&self, services: &Services, class: &Class) -> bool {
        let selectors = self.references.selectors(services);
        !class.host_network
            && selectors.iter().any(|(namespace, selector)| {
                *namespace == class.namespace
                    && selector.is_some_and(|selector| selected(selector, &class.labels))
            })
    }

    fn scope_meets(&self, scope: &Scope, class: &Class) -> bool {
        match scope {
            Scope::One(namespace) => *namespace == class.namespace,
            Scope::Matching(selector) => {
                let namespace = self.namespaces.get(&class.namespace);
                namespace.is_some_and(|namespace| selector.matches(&namespace.labels))
            }
        }
    }

    /// Evaluates a peer over all classes.
    pub(super) fn evaluate_peer(&mut self, id: PeerId) {
        let Some(peer) = self.peers.get(id) else { return };
        let addresses = match &peer.key {
            PeerKey::Pods { .. } => AddressSet::default(),
            PeerKey::Block { addresses, .. } => addresses.clone(),
            PeerKey::Nodes(selector) => self.node_addresses(selector),
            PeerKey::Hosts(_) => self.node_addresses(&LabelSelector::default()),
            PeerKey::ApiServer => self.api_server(),
            PeerKey::Groups { groups, except } => self.references.addresses(groups, except),
            PeerKey::Services(_) | PeerKey::Labelled { sets: false, .. } => AddressSet::default(),
            PeerKey::Labelled { expr, .. } => self.set_addresses(expr),
        };
        let meets = |class: &Class| match &peer.key {
            PeerKey::Labelled { expr, .. } => self.expr_meets(expr, &addresses, class),
            key => self.key_meets(key, class),
        };
        let classes = self.candidates(&peer.key, &addresses).into_iter();
        let classes: ClassSet = classes.filter(|class| self.classes.get(*class).is_some_and(meets)).collect();
        let old = peer.evaluated.then(|| peer.classes.clone());
        if let (Some(old), PeerKey::Labelled { .. }) = (old, &peer.key) {
            // It may select whom a policy or a rule is about.
            let mut changed = old.difference(&classes);
            changed.add(&classes.difference(&old));
            self.pending.classes.extend(changed.iter());
        }
        if let Some(peer) = self.peers.get_mut(id) {
            (peer.classes, peer.addresses, peer.evaluated) = (classes, addresses, true);
        }
    }

    /// Classes among which all lie that a peer meets, ascending where it matters.
    fn candidates(&self, key: &PeerKey, addresses: &AddressSet) -> Vec<ClassId> {
        match key {
            PeerKey::Pods { scope: Scope::One(namespace), .. } => {
                self.namespaces.get(namespace).map_or_else(Vec::new, |namespace| namespace.classes.clone())
            }
            PeerKey::Pods { scope: Scope::Matching(scope), pods } => {
                let mut classes = match pods.required() {
                    Some((key, values)) => {
                        values.iter().flat_map(|value| self.classes.with_pair(key, *value)).copied().collect()
                    }
                    None => self.classes_of_namespaces(scope),
                };
                classes.extend(&self.classes.host_network);
                classes
            }
            PeerKey::Block { in_cluster: false, .. } | PeerKey::Groups { .. } => Vec::new(),
            PeerKey::Block { .. } => self.classes_by_address(addresses),
            PeerKey::Labelled { expr, .. } => {
                let mut classes: Vec<ClassId> = match expr.bound() {
                    Bound::Namespaces(names) => {
                        let known = names.iter().filter_map(|name| self.namespaces.get(name));
                        known.flat_map(|namespace| namespace.classes.iter().copied()).collect()
                    }
                    Bound::Label(key, values) => {
                        values.iter().flat_map(|value| self.classes.with_pair(key, *value)).copied().collect()
                    }
                    Bound::None => return self.classes.ids().collect(),
                };
                if !addresses.is_empty() {
                    classes.extend(self.classes_by_address(addresses));
                }
                classes
            }
            PeerKey::Nodes(_) | PeerKey::Hosts(_) | PeerKey::ApiServer => self.classes.host_network.clone(),
            PeerKey::Services(services) => {
                let namespaces =
                    self.references.selectors(services).into_iter().map(|(namespace, _)| namespace);
                let namespaces: std::collections::BTreeSet<_> = namespaces.collect();
                let known = namespaces.iter().filter_map(|namespace| self.namespaces.get(namespace));
                known.flat_map(|namespace| namespace.classes.iter().copied()).collect()
            }
        }
    }

    fn classes_of_namespaces(&self, scope: &LabelSelector) -> Vec<ClassId> {
        let namespaces = self.namespaces.values().filter(|namespace| scope.matches(&namespace.labels));
        namespaces.flat_map(|namespace| namespace.classes.iter().copied()).collect()
    }

    fn classes_by_address(&self, addresses: &AddressSet) -> Vec<ClassId> {
        if let Some(index) = &self.pending.by_address {
            let ranges = addresses.ranges().flat_map(|(from, to)| {
                let start = index.partition_point(|(address, _)| *address < from);
                let rest = index.get(start..).unwrap_or_default();
                rest.iter().take_while(move |(address, _)| *address <= to).map(|(_, class)| *class)
            });
            return ranges.collect();
        }
        self.classes.ids().collect()
    }
}
