//! Nodes: their labels and addresses, for `nodes` peers and for pods in their network.

use std::net::IpAddr;

use seawall_inventory::Resource;

use super::{EndpointId, Network};
use crate::addresses::AddressSet;
use crate::selector::{LabelSelector, Pairs, pairs};
use crate::words::Word;

#[derive(Clone, Debug, Default)]
pub(crate) struct ClusterNode {
    pub(crate) labels: Pairs,
    pub(crate) addresses: Box<[IpAddr]>,
}

impl Network {
    pub(super) fn take_node(&mut self, resource: &Resource) {
        let labels = pairs(resource.labels().iter(), &mut self.words).into_boxed_slice();
        let status = resource.root().get("status");
        let addresses = status.into_iter().flat_map(|status| status.list("addresses"));
        let addresses = addresses.filter_map(|item| item.str("address")?.parse().ok()).collect();
        let name = self.words.intern(resource.name());
        self.nodes.insert(name, ClusterNode { labels, addresses });
        self.node_changed(name);
    }

    pub(super) fn delete_node(&mut self, name: &str) {
        let name = self.words.intern(name);
        if self.nodes.remove(&name).is_some() {
            self.node_changed(name);
        }
    }

    fn node_changed(&mut self, name: Word) {
        let endpoints = self.endpoints.host_network.iter().copied();
        let on_node = |id: &EndpointId| self.endpoint_at(*id).is_some_and(|one| one.node == Some(name));
        let on_node: Vec<EndpointId> = endpoints.filter(on_node).collect();
        self.pending.endpoints.extend(on_node);
        let about_nodes = self.peers.iter().filter(|(_, peer)| peer.key.is_about_nodes());
        self.pending.peers.extend(about_nodes.map(|(id, _)| id));
    }

    /// The addresses of the nodes that a selector selects.
    pub(super) fn node_addresses(&self, selector: &LabelSelector) -> AddressSet {
        let nodes = self.nodes.values().filter(|node| selector.matches(&node.labels));
        AddressSet::of(nodes.flat_map(|node| node.addresses.iter().copied()))
    }

    /// The node that has an address.
    pub(crate) fn node_at(&self, address: IpAddr) -> Option<Word> {
        self.nodes.iter().find(|(_, node)| node.addresses.contains(&address)).map(|(name, _)| *name)
    }
}
