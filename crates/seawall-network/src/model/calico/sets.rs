//! NetworkSets, GlobalNetworkSets and host endpoints: addresses with labels, whoever has them.

use seawall_core::{Problem, ProblemSeverity, Route};
use seawall_inventory::{GroupKind, Resource};
use seawall_yaml::{Limits, Node, Text, read};

use super::{DEFAULT_NAMESPACE, GROUPS, Network, ObjectKey, PeerId, value_of};
use crate::addresses::AddressSet;
use crate::expression::{Expr, Key, Known};
use crate::policy::object_problem;
use crate::selector::{Pairs, pairs};
use crate::words::Word;

/// Where stored objects keep their labels.
const STORED_METADATA: &str = "projectcalico.org/metadata";

/// A NetworkSet, GlobalNetworkSet or HostEndpoint.
#[derive(Clone, Debug)]
pub(super) struct LabelledSet {
    namespace: Option<Word>,
    labels: Pairs,
    addresses: AddressSet,
}

impl Network {
    pub(super) fn set_key(&mut self, kind: GroupKind<'_>, namespace: Option<&str>, name: &str) -> ObjectKey {
        let namespace = (kind.kind == "NetworkSet").then(|| namespace.unwrap_or(DEFAULT_NAMESPACE));
        self.object_key(kind.group, kind.kind, namespace.or(Some("")), name)
    }

    pub(super) fn take_set(&mut self, resource: &Resource) -> Vec<Problem> {
        let key = self.set_key(resource.group_kind(), resource.namespace(), resource.name());
        let namespaced = resource.kind() == "NetworkSet";
        if namespaced {
            self.mention_namespace(key.namespace);
        }
        let (list, is_host) = match resource.kind() {
            "HostEndpoint" => ("expectedIPs", true),
            _ => ("nets", false),
        };
        let mut problems = Vec::new();
        let mut addresses = AddressSet::default();
        for item in resource.root().get("spec").into_iter().flat_map(|spec| spec.list(list)) {
            let text = item.as_str().unwrap_or_default();
            let one = text.parse().ok().map(|address| AddressSet::of([address]));
            match AddressSet::cidr(text).filter(|_| !is_host).or(one) {
                Some(block) => addresses = addresses.union(&block),
                None => {
                    let cause =
                        format!("`{text}` is no address{}", if is_host { "" } else { " and no CIDR" });
                    let route = resource.route_of(item);
                    problems.push(object_problem(ProblemSeverity::Error, resource, &route, &cause));
                }
            }
        }
        if is_host {
            let cause = "what policies do on host endpoints is not judged; rules may name its addresses";
            problems.push(object_problem(ProblemSeverity::Note, resource, &Route::root(), cause));
        }
        let labels = stored_labels(resource);
        let stored = labels.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let labels = pairs(resource.labels().iter().chain(stored), &mut self.words).into_boxed_slice();
        let namespace = namespaced.then_some(key.namespace);
        self.calico.sets.insert(key, LabelledSet { namespace, labels, addresses });
        self.sets_changed();
        problems
    }

    /// Cuts classes by the addresses of sets, and looks at them again, where a peer may mean sets.
    pub(super) fn sets_changed(&mut self) {
        self.calico.is_cut = false;
        let about_sets = self.peers.iter().filter(|(_, peer)| peer.key.is_about_sets());
        let peers: Vec<PeerId> = about_sets.map(|(id, _)| id).collect();
        if !peers.is_empty() {
            self.cut_by_sets();
        }
        self.pending.peers.extend(peers);
    }

    pub(in crate::model) fn cut_by_sets(&mut self) {
        if std::mem::replace(&mut self.calico.is_cut, true) {
            return;
        }
        let borders: Vec<_> =
            self.calico.sets.values().flat_map(|set| set.addresses.borders().collect::<Vec<_>>()).collect();
        self.add_borders(borders.into_iter());
    }

    /// The addresses of the sets that an expression selects.
    pub(in crate::model) fn set_addresses(&self, expr: &Expr) -> AddressSet {
        let selected = self.calico.sets.values().filter(|set| {
            let of = |key| match key {
                Key::Own(key) => value_of(&set.labels, key),
                Key::Namespace(key) => {
                    set.namespace.map_or(Known::Absent, |own| self.namespace_label(own, key))
                }
                Key::NamespaceName => set.namespace.map_or(Known::Absent, Known::Is),
                Key::Account(_) | Key::Orchestrator => Known::Absent,
            };
            expr.holds(&self.words, &of) == Some(true)
        });
        selected.fold(AddressSet::default(), |all, set| all.union(&set.addresses))
    }
}

/// The labels that a stored object keeps in an annotation.
fn stored_labels(resource: &Resource) -> Vec<(String, String)> {
    let Some(text) = resource.annotation(STORED_METADATA).filter(|_| resource.group() == GROUPS[1]) else {
        return Vec::new();
    };
    let (documents, _) = read(&Text::new(text), &Limits::default());
    let Some(document) = documents.first() else { return Vec::new() };
    let labels = document.tree.root().get("labels").into_iter().flat_map(Node::entries);
    labels.filter_map(|(key, value)| Some((key.to_owned(), value.as_str()?.to_owned()))).collect()
}
