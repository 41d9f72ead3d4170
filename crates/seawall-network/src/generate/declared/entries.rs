//! Ways in from outside: whoever may knock, or the proxy in between.

use seawall_inventory::Place;

use super::World;
use crate::addresses::AddressSet;
use crate::exposure::{Arrival, EntryKind, EntryPoint, Scope, entry_points, private};
use crate::generate::metadata;
use crate::generate::need::{End, Needs, NotCovered, Source, Why};
use crate::generate::units::UnitId;
use crate::ports::PortSet;

/// Connections that ways in need.
pub(super) fn collect(world: &mut World<'_, '_>, needs: &mut Needs) {
    let nodes = Nodes::new(world);
    for entry in entry_points(world.inventory) {
        // What stands in the network of a node is reached whatever policies say.
        if entry.kind == EntryKind::HostNetwork {
            continue;
        }
        let proxies = proxies(world, &entry);
        for backend in &entry.backends {
            let unit = |id| world.units.of_object(world.inventory.get(id)?);
            let Some(dst) = unit(backend.pod).or_else(|| unit(backend.workload)) else { continue };
            let Some(port) = backend.port else { continue };
            let ports = PortSet::port(backend.protocol, port);
            let why = |note: String| Why::declared(Source::Entry, place(&entry), note);
            let kind = entry.kind.as_str();
            match (&entry.arrival, proxies.as_slice()) {
                (Arrival::Proxy(_), []) => {
                    let note = format!("{kind}: the proxy is not here, so that everybody may be it");
                    needs.add(End::Anyone, End::Unit(dst), ports, why(note));
                }
                (Arrival::Proxy(_), proxies) => {
                    for proxy in proxies {
                        let note = format!("{kind}: sent on by the proxy");
                        needs.add(End::Unit(*proxy), End::Unit(dst), ports.clone(), why(note));
                    }
                }
                _ => {
                    let (clients, note) = nodes.clients(&entry);
                    let note = format!("{kind}: {note}");
                    needs.add(End::Addresses(clients), End::Unit(dst), ports, why(note));
                    if nodes.may_replace(&entry) {
                        needs.not_covered(NotCovered {
                            unit: Some(dst),
                            what: format!("clients of {kind} behind the address of a node"),
                            reason: "source ranges are given, and the addresses of nodes, which may take the place of the \
                                     client's, are not known"
                                .to_owned(),
                            place: Some(place(&entry)),
                            seen: None,
                        });
                    }
                }
            }
        }
    }
}

fn place(entry: &EntryPoint) -> Place {
    let first = entry.evidence.first().map(|evidence| evidence.place.clone());
    first.unwrap_or(Place { resource: entry.object, route: seawall_core::Route::root() })
}

fn proxies(world: &World<'_, '_>, entry: &EntryPoint) -> Vec<UnitId> {
    let Arrival::Proxy(workloads) = &entry.arrival else { return Vec::new() };
    let mut units: Vec<UnitId> =
        workloads.iter().filter_map(|id| world.units.of_object(world.inventory.get(*id)?)).collect();
    units.sort_unstable();
    units.dedup();
    units
}

/// What is known of the addresses of nodes and of the pods on them.
struct Nodes {
    nodes: AddressSet,
    pods: AddressSet,
    private: AddressSet,
}

impl Nodes {
    fn new(world: &World<'_, '_>) -> Self {
        let nodes = AddressSet::of(world.network.node_list());
        Nodes { pods: world.pod_ranges.difference(&nodes), nodes, private: private() }
    }

    /// Who may knock at a way in, and that in words. Ranges that only pods have are left out: pods are named by labels.
    fn clients(&self, entry: &EntryPoint) -> (AddressSet, &'static str) {
        let listed = entry.sources.iter().filter_map(|range| {
            AddressSet::cidr(range).or_else(|| Some(AddressSet::of([range.parse().ok()?])))
        });
        let listed = listed.fold(AddressSet::default(), |all, one| all.union(&one));
        let replaced =
            if entry.arrival == Arrival::ClientOrNode { self.nodes.clone() } else { AddressSet::default() };
        if !listed.is_empty() {
            return (listed.union(&replaced).difference(&metadata()), "the source ranges that are given");
        }
        let (whole, words) = match entry.scope {
            Scope::Internal(_) => (self.private.union(&replaced), "private networks"),
            Scope::Internet => (AddressSet::all(), "the internet"),
            Scope::Nodes => (AddressSet::all(), "whoever reaches the nodes"),
        };
        (whole.difference(&self.pods).difference(&metadata()), words)
    }

    /// Whether an address that is not known may take the place of a client's that is in the given ranges.
    fn may_replace(&self, entry: &EntryPoint) -> bool {
        entry.arrival == Arrival::ClientOrNode && !entry.sources.is_empty() && self.nodes.is_empty()
    }
}
