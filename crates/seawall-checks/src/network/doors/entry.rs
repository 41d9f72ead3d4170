//! Doors from the ways in of `seawall_network::exposure`.

use seawall_core::{Confidence, Severity};
use seawall_inventory::{Inventory, Resource, Selector};
use seawall_network::exposure::{Backend, EntryKind, EntryPoint, Scope};
use seawall_yaml::Node;

use super::{Door, Opening, WIDE};
use crate::network::WaysIn;

/// The doors of the kinds that are wanted.
pub(crate) fn entry_doors<'i>(
    inventory: &'i Inventory,
    ways: &WaysIn,
    wanted: impl Fn(&EntryPoint, &Resource) -> bool,
) -> Vec<Door<'i>> {
    let mut doors = Vec::new();
    for entry in ways.entries() {
        let Some(via) = inventory.get(entry.object) else { continue };
        let Some(opening) = opening_of(entry, via).filter(|_| wanted(entry, via)) else { continue };
        for backend in &entry.backends {
            let Some(target) = target(inventory, backend) else { continue };
            let kind = match entry.kind {
                EntryKind::LoadBalancer => "LoadBalancer",
                EntryKind::NodePort => "NodePort",
                _ => via.kind(),
            };
            let places = entry.evidence.iter();
            let places = places.map(|evidence| (evidence.place.clone(), evidence.note.clone())).collect();
            let service = backend.service.and_then(|id| inventory.get(id));
            doors.push(Door { target, service, via, kind, places, opening });
        }
    }
    doors
}

/// How far a way in opens; `None` for one that stays inside.
pub(crate) fn opening_of(entry: &EntryPoint, via: &Resource) -> Option<Opening> {
    let balancer = via.root().path(&["spec", "type"]).and_then(Node::as_str) == Some("LoadBalancer");
    let limited = !entry.sources.is_empty() && !entry.sources.iter().any(|range| range.ends_with("/0"));
    let severity = match (&entry.scope, entry.kind) {
        (Scope::Internal(_), _) => return None,
        // The node port of a load balancer is not what people come through.
        (_, EntryKind::NodePort) if balancer => return None,
        (Scope::Internet, _) if entry.confidence > Confidence::Low && !limited => WIDE.severity,
        // Whether the nodes have addresses that the internet reaches is not written anywhere.
        _ => Severity::Medium,
    };
    Some(Opening { severity, confidence: entry.confidence })
}

/// The workload behind, or the pod that is selected although its workload is not.
fn target<'i>(inventory: &'i Inventory, backend: &Backend) -> Option<&'i Resource> {
    let workload = inventory.get(backend.workload).filter(|workload| workload.has_pods());
    let service = backend.service.and_then(|id| inventory.get(id));
    let selected = |workload: &Resource| match service {
        Some(service) => {
            let selector = Selector::service(service.root().path(&["spec", "selector"]));
            workload.pods().any(|pod| selector.matches(pod.labels()))
        }
        None => true,
    };
    workload.filter(|workload| selected(workload)).or_else(|| inventory.get(backend.pod))
}
