//! What is in the cluster, with what is made of it once.

use seawall_inventory::Inventory;
use seawall_rbac::Rbac;

/// An inventory and the rights in it; shared by all requests until there is another one.
#[derive(Debug, Default)]
pub struct Known {
    /// What is in the cluster.
    pub inventory: Inventory,
    /// Who may do what.
    pub rights: Rbac,
}

impl From<Inventory> for Known {
    fn from(inventory: Inventory) -> Self {
        let mut rights = Rbac::default();
        inventory.resources().iter().for_each(|resource| _ = rights.apply(resource));
        Known { inventory, rights }
    }
}
