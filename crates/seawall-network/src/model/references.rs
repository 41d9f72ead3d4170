//! Objects that policies refer to by name or labels: groups of addresses, Services, and what serves the Kubernetes API.
//!
//! Of Services the selector counts, not the endpoints: that is how Cilium reads `toServices` where there is a selector.

use std::collections::HashMap;
use std::net::IpAddr;

use seawall_core::{Problem, ProblemSeverity};
use seawall_inventory::{GroupKind, Resource};
use seawall_yaml::Node;

use super::classes::is_instance_key;
use super::{DEFAULT_NAMESPACE, Network, PeerId};
use crate::addresses::AddressSet;
use crate::policy::{Groups, PeerKey, Services, Which};
use crate::selector::{Pairs, pairs};
use crate::words::Word;

/// The Service of the Kubernetes API, and the name of its Endpoints and EndpointSlice.
const API_SERVICE: &str = "kubernetes";
/// Labels of nodes of the control plane; the second one is the former name.
const CONTROL_PLANE: [&str; 2] = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    labels: Pairs,
    addresses: AddressSet,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Service {
    labels: Pairs,
    /// `None` without one: nobody knows then which pods are behind.
    selector: Option<Pairs>,
}

#[derive(Debug, Default)]
pub(crate) struct References {
    groups: HashMap<Word, Group>,
    /// By namespace and name.
    services: HashMap<(Word, Word), Service>,
    /// The addresses of the Kubernetes API, by the kind that tells them.
    api: HashMap<&'static str, Vec<IpAddr>>,
}

/// Whether policies may refer to objects of a kind.
pub(super) fn is_referred_to(group: &str, kind: &str) -> bool {
    matches!(
        (group, kind),
        ("cilium.io", "CiliumCIDRGroup")
            | ("", "Service" | "Endpoints")
            | ("discovery.k8s.io", "EndpointSlice")
    )
}

/// The kind that an object tells the addresses of the Kubernetes API by.
fn tells_api(kind: &str, namespace: Option<&str>, name: &str) -> Option<&'static str> {
    let own = name == API_SERVICE && namespace.unwrap_or(DEFAULT_NAMESPACE) == DEFAULT_NAMESPACE;
    ["Endpoints", "EndpointSlice"].into_iter().find(|known| own && *known == kind)
}

impl References {
    pub(crate) fn has_group(&self, groups: &Groups) -> bool {
        self.groups(groups).next().is_some()
    }

    fn groups<'r>(&'r self, groups: &'r Groups) -> impl Iterator<Item = &'r Group> {
        let (one, all) = match groups {
            Groups::Named(name) => (self.groups.get(name), None),
            Groups::Matching(selector) => (None, Some((selector, self.groups.values()))),
        };
        let matching = all
            .into_iter()
            .flat_map(|(selector, groups)| groups.filter(move |group| selector.matches(&group.labels)));
        one.into_iter().chain(matching)
    }

    /// The addresses of groups without the exceptions.
    pub(super) fn addresses(&self, groups: &Groups, except: &AddressSet) -> AddressSet {
        let all = self.groups(groups).fold(AddressSet::default(), |all, group| all.union(&group.addresses));
        all.difference(except)
    }

    /// The Services that are meant, by namespace, and their selectors.
    pub(crate) fn selectors(&self, wanted: &Services) -> Vec<(Word, Option<&Pairs>)> {
        let meant = |(namespace, name): &(Word, Word), service: &Service| {
            wanted.namespace.is_none_or(|wanted| wanted == *namespace)
                && match &wanted.which {
                    Which::Named(wanted) => wanted == name,
                    Which::Labelled(selector) => selector.matches(&service.labels),
                }
        };
        if let (Some(namespace), Which::Named(name)) = (wanted.namespace, &wanted.which) {
            let one = self.services.get(&(namespace, *name));
            return one.map(|service| (namespace, service.selector.as_ref())).into_iter().collect();
        }
        let all = self.services.iter().filter(|(key, service)| meant(key, service));
        all.map(|((namespace, _), service)| (*namespace, service.selector.as_ref())).collect()
    }

    fn api_addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.api.values().flatten().copied()
    }
}

impl Network {
    pub(super) fn take_reference(&mut self, resource: &Resource) -> Vec<Problem> {
        let name = self.words.intern(resource.name());
        match resource.kind() {
            "CiliumCIDRGroup" => {
                let (group, problems) = self.read_group(resource);
                self.references.groups.insert(name, group);
                self.referred(|key| matches!(key, PeerKey::Groups { .. }));
                return problems;
            }
            "Service" => {
                let namespace = self.words.intern(resource.namespace().unwrap_or(DEFAULT_NAMESPACE));
                let labels = pairs(resource.labels().iter(), &mut self.words).into_boxed_slice();
                let selector = resource.root().path(&["spec", "selector"]).filter(|node| !node.is_empty());
                let words = &mut self.words;
                let selector = selector.map(|node| {
                    let entries = node.entries().filter_map(|(key, value)| Some((key, value.as_str()?)));
                    pairs(entries, words).into_boxed_slice()
                });
                self.references.services.insert((namespace, name), Service { labels, selector });
                self.tell_apart_for_services();
                self.referred(|key| matches!(key, PeerKey::Services(_)));
            }
            kind => {
                if let Some(kind) = tells_api(kind, resource.namespace(), resource.name()) {
                    self.references.api.insert(kind, api_addresses(resource.root()));
                    self.referred(|key| *key == PeerKey::ApiServer);
                }
            }
        }
        Vec::new()
    }

    pub(super) fn delete_reference(&mut self, kind: GroupKind<'_>, namespace: Option<&str>, name: &str) {
        let word = self.words.intern(name);
        match kind.kind {
            "CiliumCIDRGroup" => {
                self.references.groups.remove(&word);
                self.referred(|key| matches!(key, PeerKey::Groups { .. }));
            }
            "Service" => {
                let namespace = self.words.intern(namespace.unwrap_or(DEFAULT_NAMESPACE));
                self.references.services.remove(&(namespace, word));
                self.referred(|key| matches!(key, PeerKey::Services(_)));
            }
            kind => {
                if let Some(kind) = tells_api(kind, namespace, name) {
                    self.references.api.remove(kind);
                    self.referred(|key| *key == PeerKey::ApiServer);
                }
            }
        }
    }

    fn read_group(&mut self, resource: &Resource) -> (Group, Vec<Problem>) {
        let labels = pairs(resource.labels().iter(), &mut self.words).into_boxed_slice();
        let mut group = Group { labels, addresses: AddressSet::default() };
        let mut problems = Vec::new();
        let listed = resource.root().get("spec").into_iter().flat_map(|spec| spec.list("externalCIDRs"));
        for cidr in listed {
            let text = cidr.as_str().unwrap_or_default();
            match AddressSet::cidr(text) {
                Some(block) => group.addresses = group.addresses.union(&block),
                None => {
                    let route = resource.route_of(cidr);
                    let message =
                        format!("CiliumCIDRGroup `{}` at `{route}`: `{text}` is no CIDR", resource.name());
                    let problem =
                        Problem::new(ProblemSeverity::Error, message).in_file(&resource.origin().file);
                    problems.push(match resource.position(&route) {
                        Some(position) => problem.at(position),
                        None => problem,
                    });
                }
            }
        }
        (group, problems)
    }

    /// Has every peer evaluated again that refers to such objects.
    fn referred(&mut self, refers: impl Fn(&PeerKey) -> bool) {
        let peers: Vec<PeerId> =
            self.peers.iter().filter(|(_, peer)| refers(&peer.key)).map(|(id, _)| id).collect();
        self.pending.peers.extend(peers);
    }

    /// Cuts classes by the keys that Services select by, once a policy asks for Services.
    pub(super) fn tell_apart_for_services(&mut self) {
        if !self.peers.ask_for_services() {
            return;
        }
        let selectors = self.references.services.values().filter_map(|service| service.selector.as_ref());
        let keys: Vec<Word> = selectors.flatten().map(|(key, _)| *key).collect();
        for key in keys.into_iter().filter(|key| is_instance_key(self.words.text(*key))) {
            self.pending.reclass |= self.instance_keys.insert(key);
        }
    }

    /// The names of the nodes that serve the Kubernetes API: those that have one of its addresses, else, where no object
    /// tells those, the nodes of the control plane.
    pub(super) fn serves_api(&self, node: Word) -> bool {
        let Some(node) = self.nodes.get(&node) else { return false };
        let mut known = self.references.api_addresses().peekable();
        if known.peek().is_none() {
            let keys = node.labels.iter().map(|(key, _)| self.words.text(*key));
            return keys.into_iter().any(|key| CONTROL_PLANE.contains(&key));
        }
        known.any(|address| node.addresses.contains(&address))
    }

    /// Where the Kubernetes API is served.
    pub(super) fn api_server(&self) -> AddressSet {
        let nodes = self.nodes.keys().filter(|name| self.serves_api(**name));
        let nodes = nodes.filter_map(|name| self.nodes.get(name));
        let all = nodes.flat_map(|node| node.addresses.iter().copied());
        AddressSet::of(all.chain(self.references.api_addresses()))
    }
}

/// The addresses in an Endpoints or EndpointSlice.
fn api_addresses(object: Node<'_>) -> Vec<IpAddr> {
    let old = object.list("subsets").flat_map(|subset| subset.list("addresses"));
    let old = old.filter_map(|address| address.str("ip"));
    let new = object.list("endpoints").flat_map(|endpoint| endpoint.list("addresses"));
    old.chain(new.filter_map(Node::as_str)).filter_map(|text| text.parse().ok()).collect()
}

/// Whether labels have all pairs of a Service's selector.
pub(super) fn selected(selector: &Pairs, labels: &Pairs) -> bool {
    selector.iter().all(|pair| labels.binary_search(pair).is_ok())
}
