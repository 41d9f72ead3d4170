//! What the pods behind Ingresses and Routes are open to, from whatever pod serves these.

use std::collections::{BTreeMap, HashMap};

use seawall_inventory::Inventory;

use super::{Connection, Peer};
use crate::exposure::{EntryKind, EntryPoint};
use crate::model::{DEFAULT_NAMESPACE, Network};
use crate::ports::PortSet;
use crate::query::Workload;

/// The connections from the controller of Ingresses and Routes: the ports behind them that policies leave open to a pod
/// of which nothing is known.
pub fn ingress_connections(
    network: &Network,
    inventory: &Inventory,
    entries: &[EntryPoint],
) -> Vec<Connection> {
    let workloads = network.workloads();
    let mut of_object: HashMap<(String, String, String), &Workload> = HashMap::new();
    for workload in &workloads {
        for view in workload.endpoints.iter().filter_map(|id| network.endpoint(*id)) {
            let key = (view.kind().to_owned(), view.namespace().to_owned(), view.name().to_owned());
            of_object.insert(key, workload);
        }
    }
    let mut open: BTreeMap<String, (&Workload, PortSet)> = BTreeMap::new();
    let kinds = [EntryKind::Ingress, EntryKind::Route];
    for backend in
        entries.iter().filter(|entry| kinds.contains(&entry.kind)).flat_map(|entry| &entry.backends)
    {
        let Some(pod) = inventory.get(backend.pod) else { continue };
        let namespace = pod.namespace().unwrap_or(DEFAULT_NAMESPACE);
        let key = (pod.kind().to_owned(), namespace.to_owned(), pod.name().to_owned());
        let (Some(workload), Some(port)) = (of_object.get(&key), backend.port) else { continue };
        let (_, ports) = open.entry(workload.to_string()).or_insert((*workload, PortSet::none()));
        *ports = ports.union(&PortSet::port(backend.protocol, port));
    }
    let mut connections = Vec::new();
    for (name, (workload, ports)) in open {
        let ports = ports.intersection(&network.ports_from_anyone(workload.class));
        if !ports.is_empty() {
            connections.push(Connection { src: Peer::IngressController, dst: Peer::Workload(name), ports });
        }
    }
    connections
}
