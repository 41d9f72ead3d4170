//! Who a tenant is: namespaces by name, or by their labels.

use std::collections::BTreeSet;

use seawall_inventory::{GroupKind, Inventory, Resource};

/// The label that every Namespace has, whether or not a file writes it.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";
/// The namespace that an unset one joins.
const DEFAULT: &str = "default";

/// A set of namespaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    text: String,
    namespaces: BTreeSet<String>,
    selected: bool,
}

/// A text that means no tenant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTenant {
    /// Nothing is in a namespace that it names.
    #[error("nothing here is in a namespace called `{0}`")]
    Unknown(String),
    /// No Namespace has the labels.
    #[error("no Namespace here is selected by `{0}`")]
    Nothing(String),
    /// Neither names nor a selector.
    #[error("`{0}` is no tenant: expected namespaces (`a,b`) or a selector (`team=blue,env!=test`)")]
    Form(String),
    /// Both tenants have a namespace.
    #[error("the namespace `{0}` belongs to both tenants")]
    Both(String),
}

impl Tenant {
    /// Reads `a,b` as names of namespaces, and `team=blue,env!=test` (`==` too) as a selector over their labels.
    ///
    /// # Errors
    /// When the text is neither, a namespace is not here, or nothing is selected.
    pub fn read(text: &str, inventory: &Inventory) -> Result<Self, NoTenant> {
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        if parts.iter().any(|part| part.is_empty()) {
            return Err(NoTenant::Form(text.to_owned()));
        }
        if text.contains('=') {
            return Tenant::select(text, &parts, inventory);
        }
        let known: BTreeSet<&str> = inventory.resources().iter().filter_map(place_of).collect();
        if let Some(unknown) = parts.iter().find(|part| !known.contains(*part)) {
            return Err(NoTenant::Unknown((*unknown).to_owned()));
        }
        let namespaces = parts.into_iter().map(str::to_owned).collect();
        Ok(Tenant { text: text.to_owned(), namespaces, selected: false })
    }

    fn select(text: &str, parts: &[&str], inventory: &Inventory) -> Result<Self, NoTenant> {
        let mut wanted = Vec::new();
        for part in parts {
            let (key, value, equal) = match part.split_once("!=") {
                Some((key, value)) => (key, value, false),
                None => match part.split_once('=') {
                    Some((key, value)) => (key, value.strip_prefix('=').unwrap_or(value), true),
                    None => return Err(NoTenant::Form(text.to_owned())),
                },
            };
            if key.trim().is_empty() || value.contains('=') {
                return Err(NoTenant::Form(text.to_owned()));
            }
            wanted.push((key.trim(), value.trim(), equal));
        }
        let selects = |namespace: &Resource| {
            wanted.iter().all(|(key, value, equal)| {
                let own =
                    if *key == NAME_LABEL { Some(namespace.name()) } else { namespace.labels().get(key) };
                (own == Some(*value)) == *equal
            })
        };
        let all = inventory.of_kind(GroupKind::new("", "Namespace"));
        let namespaces: BTreeSet<String> =
            all.filter(|namespace| selects(namespace)).map(|own| own.name().to_owned()).collect();
        if namespaces.is_empty() {
            return Err(NoTenant::Nothing(text.to_owned()));
        }
        Ok(Tenant { text: text.to_owned(), namespaces, selected: true })
    }

    /// Whether two tenants have no namespace in common.
    ///
    /// # Errors
    /// When they have one.
    pub fn disjoint(&self, other: &Tenant) -> Result<(), NoTenant> {
        match self.namespaces.intersection(&other.namespaces).next() {
            Some(both) => Err(NoTenant::Both(both.clone())),
            None => Ok(()),
        }
    }

    /// What it was written as.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its namespaces, by name.
    pub fn namespaces(&self) -> impl Iterator<Item = &str> {
        self.namespaces.iter().map(String::as_str)
    }

    /// Whether a namespace is one of its own.
    pub fn has(&self, namespace: &str) -> bool {
        self.namespaces.contains(namespace)
    }

    /// Whether an object is in one of its namespaces.
    pub(super) fn owns(&self, resource: &Resource) -> bool {
        self.has(resource.namespace().unwrap_or(DEFAULT))
    }

    /// Whether it was given by labels: other Namespaces may have them too, where not all are known.
    pub fn is_selected(&self) -> bool {
        self.selected
    }
}

/// The namespace that an object shows to be there.
fn place_of(resource: &Resource) -> Option<&str> {
    let kind = resource.group_kind();
    if kind == GroupKind::new("", "Namespace") {
        return Some(resource.name());
    }
    if seawall_inventory::is_cluster_scoped(kind) {
        None
    } else {
        Some(resource.namespace().unwrap_or(DEFAULT))
    }
}
