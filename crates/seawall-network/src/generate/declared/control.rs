//! Where the API server stands, as far as objects tell.

use seawall_inventory::{GroupKind, Inventory, Resource};
use seawall_yaml::Node;

use crate::addresses::AddressSet;
use crate::ports::{PortSet, Protocol};

/// Labels of nodes that run the control plane (`kubeadm`, and what came before it).
const NODE_LABELS: [&str; 3] = [
    "node-role.kubernetes.io/control-plane",
    "node-role.kubernetes.io/controlplane",
    "node-role.kubernetes.io/master",
];
/// The port of an API server that says nothing else: `kube-apiserver --secure-port`.
const SECURE_PORT: u16 = 6443;

/// The addresses of the control plane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ControlPlane {
    /// Where connections to the API server end.
    pub(crate) servers: AddressSet,
    /// On which ports.
    pub(crate) ports: PortSet,
    /// Where connections of the API server come from.
    pub(crate) sources: AddressSet,
}

impl ControlPlane {
    /// Reads the endpoints of the Service `default/kubernetes` and the nodes that are labelled as the control plane's.
    pub(crate) fn find(inventory: &Inventory) -> Self {
        let nodes = inventory.of_kind(GroupKind::new("", "Node"));
        let control = nodes.filter(|node| NODE_LABELS.iter().any(|label| node.labels().get(label).is_some()));
        let nodes = AddressSet::of(control.flat_map(addresses_of));
        let mut found = ControlPlane { sources: nodes.clone(), ..ControlPlane::default() };
        let slices = inventory.of_kind(GroupKind::new("discovery.k8s.io", "EndpointSlice")).filter(|slice| {
            slice.namespace() == Some("default")
                && slice.labels().get("kubernetes.io/service-name") == Some("kubernetes")
        });
        for slice in slices {
            let addresses = slice.root().list("endpoints").flat_map(|endpoint| endpoint.list("addresses"));
            found.add(addresses.filter_map(Node::as_str), slice.root());
        }
        let old = inventory.find(GroupKind::new("", "Endpoints"), Some("default"), "kubernetes");
        for subset in old.into_iter().flat_map(|old| old.root().list("subsets")) {
            found.add(subset.list("addresses").filter_map(|item| item.str("ip")), subset);
        }
        if found.servers.is_empty() {
            found.servers = nodes;
            found.ports = PortSet::port(Protocol::Tcp, SECURE_PORT);
        } else if !found.sources.is_empty() {
            found.sources = found.sources.union(&found.servers);
        }
        found
    }

    fn add<'n>(&mut self, addresses: impl Iterator<Item = &'n str>, holder: Node<'_>) {
        self.servers = self.servers.union(&AddressSet::of(addresses.filter_map(|text| text.parse().ok())));
        for number in holder.list("ports").filter_map(|port| u16::try_from(port.int("port")?).ok()) {
            self.ports = self.ports.union(&PortSet::port(Protocol::Tcp, number));
        }
    }
}

fn addresses_of(node: &Resource) -> Vec<std::net::IpAddr> {
    let status = node.root().get("status");
    let listed = status.into_iter().flat_map(|status| status.list("addresses"));
    let inner = listed.filter(|item| item.str("type") != Some("Hostname"));
    inner.filter_map(|item| item.str("address")?.parse().ok()).collect()
}
