//! Models of the whole inventory, each made when a check first asks for it and shared by all checks of a run.

use std::sync::OnceLock;

use seawall_inventory::Inventory;

use crate::network::{NetworkModel, WaysIn};
use crate::rbac::RightsModel;

/// The models of one run. Without a check that asks, or without objects to be about, they cost nothing.
pub(crate) struct Models<'i> {
    inventory: &'i Inventory,
    rights: OnceLock<RightsModel>,
    network: OnceLock<NetworkModel>,
    ways: OnceLock<WaysIn>,
}

impl<'i> Models<'i> {
    /// Nothing made yet.
    pub(crate) fn new(inventory: &'i Inventory) -> Self {
        Models { inventory, rights: OnceLock::new(), network: OnceLock::new(), ways: OnceLock::new() }
    }

    /// What they are about.
    pub(crate) fn inventory(&self) -> &'i Inventory {
        self.inventory
    }

    /// Who may do what.
    pub(crate) fn rights(&self) -> &RightsModel {
        self.rights.get_or_init(|| RightsModel::of(self.inventory))
    }

    /// The ways in.
    pub(crate) fn ways(&self) -> &WaysIn {
        self.ways.get_or_init(|| WaysIn::of(self.inventory, || self.network()))
    }

    /// Who can reach whom.
    pub(crate) fn network(&self) -> &NetworkModel {
        self.network.get_or_init(|| NetworkModel::of(self.inventory))
    }
}
