//! Pods that stand on their node's network: host ports and the host network.

use std::collections::BTreeSet;

use seawall_core::{Confidence, ResourceId};
use seawall_inventory::{Inventory, PodView};

use super::backend::{DeclaredPort, declared_ports, workload};
use super::{Arrival, Backend, EntryKind, EntryPoint, Evidence, Protocol, Scope, Tls};

/// Host ports and host networks; a workload speaks for its pods.
pub(super) fn entries(inventory: &Inventory) -> Vec<EntryPoint> {
    let mut seen: BTreeSet<(ResourceId, EntryKind, Option<u16>, Protocol)> = BTreeSet::new();
    let mut entries = Vec::new();
    // Owners first, so that the evidence points at what people write.
    let owned = |owned: bool| {
        let resources = inventory.resources().iter().filter(|resource| resource.has_pods());
        resources.filter(move |resource| inventory.top_owner(resource).is_some() == owned)
    };
    for resource in owned(false).chain(owned(true)) {
        let owner = workload(inventory, resource).id();
        for entry in resource.pods().flat_map(|pod| of_pod(&pod, owner)) {
            if seen.insert((owner, entry.kind, entry.port, entry.protocol)) {
                entries.push(entry);
            }
        }
    }
    entries
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
