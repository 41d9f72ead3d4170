//! What is in the cluster, with what is made of it once.

use std::sync::Arc;

use seawall_inventory::Inventory;
use seawall_policy::vap::{Types, World};
use seawall_rbac::Rbac;

/// An inventory, the rights in it and the types that it defines; shared by all requests until there is another one. Rights
/// and types change seldom, so that several inventories may share them.
#[derive(Debug)]
pub struct Known {
    /// What is in the cluster.
    pub inventory: Inventory,
    /// Who may do what.
    pub rights: Arc<Rbac>,
    /// What there is besides the types of Kubernetes.
    pub types: Arc<Types>,
}

impl Known {
    /// The world in which policies judge; it costs nothing to make.
    pub fn world(&self) -> World<'_> {
        World::with_types(&self.inventory, Some(&self.rights), Arc::clone(&self.types))
    }
}

impl From<Inventory> for Known {
    fn from(inventory: Inventory) -> Self {
        // What RBAC refuses is in no binding; whoever reads a cluster's roles tells it.
        let (rights, _) = Rbac::build(&inventory);
        Known { rights: Arc::new(rights), types: Arc::new(Types::of(&inventory)), inventory }
    }
}

impl Default for Known {
    fn default() -> Self {
        Inventory::default().into()
    }
}
