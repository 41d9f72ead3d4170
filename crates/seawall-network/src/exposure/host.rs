//! Pods that stand on their node's network: host ports and the host network.

use std::collections::BTreeSet;

use seawall_core::{Confidence, ResourceId};
use seawall_inventory::{Inventory, PodView, Resource};

use super::backend::{DeclaredPort, declared_ports, workload};
use super::{Arrival, Backend, EntryKind, EntryPoint, Evidence, Protocol, Scope, Tls};

/// Host ports and host networks; a workload speaks for its pods.
pub(super) fn entries(inventory: &Inventory) -> Vec<EntryPoint> {
    let mut seen: BTreeSet<(ResourceId, EntryKind, Option<u16>, Protocol)> = BTreeSet::new();
    let mut entries = Vec::new();
    // Owners first, so that the evidence points at what people write.
    let (owned, own): (Vec<_>, Vec<_>) =
        on_nodes(inventory).partition(|resource| inventory.top_owner(resource).is_some());
    for resource in own.into_iter().chain(owned) {
        let owner = workload(inventory, resource).id();
        for entry in resource.pods().flat_map(|pod| of_pod(&pod, owner)) {
            if seen.insert((owner, entry.kind, entry.port, entry.protocol)) {
                entries.push(entry);
            }
        }
    }
    entries
}

/// The same, but every pod speaks for itself.
pub(super) fn entries_by_pod(inventory: &Inventory) -> Vec<EntryPoint> {
    let of = |resource: &Resource| {
        let owner = workload(inventory, resource).id();
        resource.pods().flat_map(|pod| of_pod(&pod, owner)).collect::<Vec<_>>()
    };
    on_nodes(inventory).flat_map(of).collect()
}

/// What stands on its node's network in some way.
fn on_nodes(inventory: &Inventory) -> impl Iterator<Item = &Resource> {
    inventory.resources().iter().filter(|resource| resource.pods().any(|pod| is_on_node(&pod)))
}

/// Whether the pod shares the network of its node, or opens a port there.
pub(super) fn is_on_node(pod: &PodView<'_>) -> bool {
    pod.host_flag("hostNetwork") || declared_ports(pod).any(|port| port.host.is_some())
}

fn of_pod(pod: &PodView<'_>, workload: ResourceId) -> Vec<EntryPoint> {
    if pod.host_flag("hostNetwork") {
        return host_network(pod, workload);
    }
    let open = declared_ports(pod).filter_map(|port| Some((port.host?, port)));
    open.map(|(number, port)| {
        let mut entry = blank(pod, workload, EntryKind::HostPort, Some(&port));
        entry.port = Some(number);
        entry.arrival = Arrival::Client;
        entry.hosts =
            port.host_ip.filter(|ip| !matches!(*ip, "0.0.0.0" | "::")).map(Into::into).into_iter().collect();
        let local = port.host_ip.and_then(|ip| ip.parse::<std::net::IpAddr>().ok());
        if local.is_some_and(|ip| ip.is_loopback()) {
            entry.scope = Scope::Internal("it is bound to the loopback address of the node".to_owned());
        }
        entry.evidence.push(Evidence {
            place: pod.place_of(port.node).keys(&["hostPort"]),
            note: "opens this port on the node".to_owned(),
        });
        entry
    })
    .collect()
}

fn host_network(pod: &PodView<'_>, workload: ResourceId) -> Vec<EntryPoint> {
    let evidence = Evidence {
        place: pod.place(&["hostNetwork"]),
        note: "the pod shares the network of its node".to_owned(),
    };
    let mut entries: Vec<EntryPoint> =
        declared_ports(pod).map(|port| blank(pod, workload, EntryKind::HostNetwork, Some(&port))).collect();
    if entries.is_empty() {
        let mut entry = blank(pod, workload, EntryKind::HostNetwork, None);
        entry.confidence = Confidence::Low;
        entry.notes.push("no port is declared: whatever the processes open is open on the node".to_owned());
        entries.push(entry);
    }
    for entry in &mut entries {
        entry.evidence.push(evidence.clone());
    }
    entries
}

fn blank(
    pod: &PodView<'_>,
    workload: ResourceId,
    kind: EntryKind,
    port: Option<&DeclaredPort<'_>>,
) -> EntryPoint {
    let number = port.map(|port| port.number);
    let protocol = port.map_or(Protocol::Tcp, |port| port.protocol);
    EntryPoint {
        kind,
        object: workload,
        hosts: Vec::new(),
        port: number,
        protocol,
        tls: Tls::None,
        sources: Vec::new(),
        scope: Scope::Nodes,
        arrival: Arrival::Host,
        backends: vec![Backend {
            service: None,
            service_port: None,
            workload,
            pod: pod.resource().id(),
            port: number,
            protocol,
            declared: number.is_some(),
        }],
        evidence: Vec::new(),
        confidence: Confidence::Medium,
        notes: Vec::new(),
    }
}
