//! Namespaces: those that are here as objects, and those that are only mentioned.

use seawall_inventory::Resource;

use super::{ClassId, Network};
use crate::expression::Key;
use crate::policy::{PeerKey, Scope};
use crate::selector::{LabelSelector, Pairs, pairs};
use crate::words::{Word, Words};

/// The label that the API server sets on every namespace.
pub(crate) const NAME_LABEL: &str = "kubernetes.io/metadata.name";

#[derive(Clone, Debug, Default)]
pub(crate) struct Namespace {
    pub(crate) labels: Pairs,
    /// Whether the object itself is here.
    pub(crate) declared: bool,
    pub(crate) classes: Vec<ClassId>,
}

fn labels_of(resource: Option<&Resource>, name: &str, words: &mut Words) -> Pairs {
    let own = resource.into_iter().flat_map(|resource| resource.labels().iter());
    // The server overwrites it: nobody can give a namespace the name of another.
    let own = own.filter(|(key, _)| *key != NAME_LABEL).chain([(NAME_LABEL, name)]);
    pairs(own.collect::<Vec<_>>().into_iter(), words).into_boxed_slice()
}

impl Network {
    /// Makes sure that a namespace is known, if only by name.
    pub(super) fn mention_namespace(&mut self, name: Word) {
        if !self.namespaces.contains_key(&name) {
            let text = self.words.text(name).to_owned();
            let labels = labels_of(None, &text, &mut self.words);
            self.namespaces.insert(name, Namespace { labels, ..Namespace::default() });
        }
    }

    pub(super) fn take_namespace(&mut self, resource: &Resource) {
        let labels = labels_of(Some(resource), resource.name(), &mut self.words);
        self.set_namespace(resource.name(), labels, true);
    }

    /// Pods may outlive the object in a broken snapshot: the name stays.
    pub(super) fn delete_namespace(&mut self, name: &str) {
        let labels = labels_of(None, name, &mut self.words);
        self.set_namespace(name, labels, false);
    }

    fn set_namespace(&mut self, name: &str, labels: Pairs, declared: bool) {
        let name = self.words.intern(name);
        self.mention_namespace(name);
        let Some(namespace) = self.namespaces.get_mut(&name) else { return };
        namespace.declared = declared;
        if namespace.labels == labels {
            return;
        }
        let old = std::mem::replace(&mut namespace.labels, labels);
        let classes = namespace.classes.clone();
        self.relabel_namespace(name, &old, &classes);
    }

    /// Moves the classes of a namespace in and out of the selectors whose mind changed about it.
    fn relabel_namespace(&mut self, name: Word, old: &Pairs, classes: &[ClassId]) {
        let Some(new) = self.namespaces.get(&name).map(|namespace| namespace.labels.clone()) else { return };
        let turned = |scope: &LabelSelector| scope.matches(old) != scope.matches(&new);
        let changed: Vec<_> = self
            .peers
            .iter()
            .filter(|(_, peer)| match &peer.key {
                PeerKey::Pods { scope: Scope::Matching(scope), .. } => turned(scope),
                _ => false,
            })
            .map(|(id, _)| id)
            .collect();
        for peer in changed {
            for class in classes {
                let meets = self.meets(peer, *class);
                if let Some(peer) = self.peers.get_mut(peer) {
                    if meets { peer.classes.insert(*class) } else { peer.classes.remove(*class) }
                }
            }
        }
        self.labels_changed(|key| matches!(key, Key::Namespace(_)));
        self.pending.classes.extend(classes);
    }
}
