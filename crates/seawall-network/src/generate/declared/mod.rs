//! What objects say about who talks to whom. Each file is one kind of evidence.

mod address;
mod api;
mod control;
mod dns;
mod entries;
mod names;
mod peers;
mod references;
mod scrape;
mod texts;
mod webhooks;

use seawall_inventory::{GroupKind, Inventory};
use seawall_yaml::Node;

pub(super) use control::ControlPlane;
pub(super) use names::service_name;

use super::need::{End, Needs};
use super::services::Services;
use super::units::Units;
use crate::addresses::AddressSet;
use crate::model::Network;

/// What all kinds of evidence look at.
pub(super) struct World<'w, 'i> {
    pub(super) inventory: &'i Inventory,
    pub(super) network: &'w Network,
    pub(super) units: &'w Units,
    pub(super) services: Services<'i>,
    pub(super) control: ControlPlane,
    /// The ranges that nodes give to pods, as far as nodes say.
    pub(super) pod_ranges: AddressSet,
}

impl<'w, 'i> World<'w, 'i> {
    pub(super) fn new(network: &'w Network, inventory: &'i Inventory, units: &'w Units) -> Self {
        let control = ControlPlane::find(inventory);
        let pod_ranges = pod_ranges(inventory);
        World { inventory, network, units, services: Services::new(inventory), control, pod_ranges }
    }

    /// Addresses of nodes as an end, where the network plugin lets a block meet them.
    pub(super) fn of_nodes(&self, addresses: &AddressSet) -> Option<End> {
        let known = self.network.profile().blocks_meet_cluster() && !addresses.is_empty();
        known.then(|| End::Addresses(addresses.clone()))
    }
}

fn pod_ranges(inventory: &Inventory) -> AddressSet {
    let nodes = inventory.of_kind(GroupKind::new("", "Node")).filter_map(|node| node.root().get("spec"));
    let ranges =
        nodes.flat_map(|spec| spec.list("podCIDRs").filter_map(Node::as_str).chain(spec.str("podCIDR")));
    ranges.filter_map(AddressSet::cidr).fold(AddressSet::default(), |all, one| all.union(&one))
}

/// Everything that is declared.
pub(super) fn collect(world: &mut World<'_, '_>, needs: &mut Needs) {
    references::collect(world, needs);
    entries::collect(world, needs);
    webhooks::collect(world, needs);
    scrape::collect(world, needs);
    peers::collect(world, needs);
    api::collect(world, needs);
    dns::collect(world, needs);
}
