//! The objects of an inventory by the words that paths use for them, and the places of evidence in their texts.
//!
//! The model keeps no text: what it says of a field is resolved here, against what was read.

use std::collections::HashMap;
use std::sync::Arc;

use seawall_core::{Position, ResourceId, Route};
use seawall_inventory::{Inventory, Resource, is_cluster_scoped};

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The file as given or found.
    pub file: Arc<str>,
    /// Line and column, from 1.
    pub position: Position,
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.position.line, self.position.column)
    }
}

/// Finds objects by word: `Deployment/shop/web`, `ClusterRole/view`.
pub struct Objects<'i> {
    inventory: &'i Inventory,
    /// By kind, namespace (`None` for kinds without) and name.
    by_word: HashMap<(&'i str, Option<&'i str>, &'i str), ResourceId>,
}

/// The word for an object. Of kinds of one name in several groups the word does not tell the group.
pub(crate) fn word(resource: &Resource) -> String {
    let (kind, name) = (resource.kind(), resource.name());
    if is_cluster_scoped(resource.group_kind()) {
        return format!("{kind}/{name}");
    }
    format!("{kind}/{}/{name}", resource.namespace().unwrap_or("default"))
}

impl<'i> Objects<'i> {
    /// An index of an inventory. Of several objects of one word the first counts, as everywhere.
    pub fn of(inventory: &'i Inventory) -> Self {
        let mut by_word = HashMap::new();
        for resource in inventory.resources() {
            let namespaced = !is_cluster_scoped(resource.group_kind());
            let namespace = namespaced.then(|| resource.namespace().unwrap_or("default"));
            by_word.entry((resource.kind(), namespace, resource.name())).or_insert(resource.id());
        }
        Objects { inventory, by_word }
    }

    /// The object of a word.
    pub fn find(&self, word: &str) -> Option<&'i Resource> {
        let (kind, rest) = word.split_once('/')?;
        let namespaced =
            rest.split_once('/').and_then(|(space, name)| self.by_word.get(&(kind, Some(space), name)));
        let found = namespaced.or_else(|| self.by_word.get(&(kind, None, rest)))?;
        self.inventory.get(*found)
    }

    /// The place of a field, or of the nearest one that exists; `None` for what was read from no text.
    pub fn at(&self, object: &str, route: &str) -> Option<At> {
        let resource = self.find(object)?;
        let route: Route = route.parse().ok()?;
        let position = resource.position(&route)?;
        Some(At { file: Arc::clone(&resource.origin().file), position })
    }
}
