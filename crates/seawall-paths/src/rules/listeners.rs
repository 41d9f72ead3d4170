//! Which pods may connect to ports behind which something leads on (E02, E03).
//!
//! Pods of one class of the network room that a mesh does not tell apart reach the same ports, and ports behind the same
//! policies are reached by the same pods: both are joined into sets, and edges go from set to set. What no rule leads on from is not asked about.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use seawall_network::mesh::{Mesh, MeshPiece, Signature};
use seawall_network::{ClassId, METADATA, Network, PortSet, Protocol, Target};

use crate::Primitive;
use crate::graph::build::Step;
use crate::numbers::NumberMap;
use crate::rules::Assembly;
use crate::vertex::Vertex;

/// Where a port is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum On {
    /// On the address of a pod: its vertex.
    Pod(u32),
    /// On any of these addresses, of nodes.
    Addresses(Vec<IpAddr>),
}

/// A port behind which something leads on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Listener {
    pub(crate) on: On,
    pub(crate) protocol: Protocol,
    pub(crate) port: u16,
    /// The vertex of the port.
    pub(crate) endpoint: u32,
    /// The primitive that the connection is.
    pub(crate) primitive: Primitive,
}

/// Pods that neither policies nor a mesh tell apart.
type Alike = (ClassId, Option<Signature>);

/// What is asked of the network room: listeners of pods that are alike are one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    Pods(Alike, Protocol, u16),
    Addresses(Vec<IpAddr>, Protocol, u16),
}

/// A set of numbers below some thousands.
type Bits = Vec<u64>;
const BITS: usize = u64::BITS as usize;

/// Which pods send from where to what, for pods that come and go later. Where a mesh has a say nothing is kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sending {
    spots: Vec<Spot>,
    /// The number of the pods that reach the same spots.
    groups: BTreeMap<Bits, u32>,
    /// By class its group, `None` for who reaches nothing, and how many pods it has.
    classes: NumberMap<ClassId, (Option<u32>, usize)>,
    /// How many pods the groups have.
    sizes: NumberMap<u32, usize>,
}

impl Sending {
    /// The group of a class that has pods.
    fn group(&self, class: ClassId) -> Option<u32> {
        self.classes.get(&class).and_then(|(group, _)| *group)
    }

    /// A pod of a class comes; says whether its group is known.
    pub(crate) fn join(&mut self, network: &Network, class: ClassId) -> bool {
        if self.spots.is_empty() {
            return true;
        }
        if !self.classes.contains_key(&class) {
            let row = self.row(network, class);
            let group = match row.iter().any(|word| *word != 0) {
                true => match self.groups.get(&row) {
                    Some(group) => Some(*group),
                    None => return false,
                },
                false => None,
            };
            self.classes.insert(class, (group, 0));
        }
        if let Some((group, count)) = self.classes.get_mut(&class) {
            *count += 1;
            if let Some(group) = group {
                *self.sizes.entry(*group).or_default() += 1;
            }
        }
        true
    }

    /// A pod of a class goes.
    pub(crate) fn leave(&mut self, class: ClassId) {
        let Some((group, count)) = self.classes.get_mut(&class) else { return };
        *count = count.saturating_sub(1);
        if let Some(size) = group.and_then(|group| self.sizes.get_mut(&group)) {
            *size = size.saturating_sub(1);
        }
        if *count == 0 {
            self.classes.remove(&class);
        }
    }

    /// Whether every group still has a pod: without one the sets would be others.
    pub(crate) fn is_whole(&self) -> bool {
        self.sizes.values().all(|size| *size > 0)
    }

    /// Whether something that is asked about is at this address.
    pub(crate) fn asks_about(&self, address: IpAddr) -> bool {
        let at = |spot: &Spot| matches!(spot, Spot::Addresses(addresses, ..) if addresses.contains(&address));
        METADATA.contains(&address) || self.spots.iter().any(at)
    }

    fn row(&self, network: &Network, class: ClassId) -> Bits {
        let source = Target::Class(class);
        let mut row = vec![0; self.spots.len().div_ceil(BITS)];
        for (at, spot) in self.spots.iter().enumerate() {
            let open = match spot {
                Spot::Pods((class, _), protocol, port) => {
                    network.can(source, Target::Class(*class), *protocol, *port).allowed
                }
                Spot::Addresses(addresses, protocol, port) => addresses
                    .iter()
                    .any(|address| network.can(source, Target::Address(*address), *protocol, *port).allowed),
            };
            if let Some(word) = row.get_mut(at / BITS).filter(|_| open) {
                *word |= 1 << (at % BITS);
            }
        }
        row
    }
}

/// What the proxies of a mesh say, each pair asked once.
struct Proxies<'m> {
    mesh: Option<&'m Mesh>,
    said: HashMap<(Signature, Signature), Option<Vec<MeshPiece>>>,
}

impl Proxies<'_> {
    /// Whether something passes: what depends on the request does, for an attacker makes the request.
    fn let_through(
        &mut self,
        from: Option<Signature>,
        to: Option<Signature>,
        protocol: Protocol,
        port: u16,
    ) -> bool {
        let (Some(mesh), Some(from), Some(to)) = (self.mesh, from, to) else { return true };
        let said = self.said.entry((from, to)).or_insert_with(|| mesh.between(from, to));
        let asked = PortSet::port(protocol, port);
        let mut pieces = said.iter().flatten().filter(|piece| asked.is_subset(&piece.ports));
        pieces.next().is_none_or(|piece| piece.verdict.answer.is_open())
    }
}

impl Assembly<'_> {
    /// Runs when all listeners are known.
    pub(crate) fn reached(&mut self) {
        let listeners: BTreeSet<Listener> = std::mem::take(&mut self.listeners).into_iter().collect();
        if listeners.is_empty() {
            return;
        }
        let pods: Vec<(u32, Alike)> =
            self.seats.iter().map(|seat| (seat.pod, (seat.class, seat.mesh))).collect();
        let alike: NumberMap<u32, Alike> = pods.iter().copied().collect();
        let mut spots: BTreeMap<(Spot, Primitive), BTreeSet<u32>> = BTreeMap::new();
        for Listener { on, protocol, port, endpoint, primitive } in listeners {
            let spot = match on {
                On::Pod(pod) => match alike.get(&pod) {
                    Some(alike) => Spot::Pods(*alike, protocol, port),
                    None => continue,
                },
                On::Addresses(addresses) => Spot::Addresses(addresses, protocol, port),
            };
            spots.entry((spot, primitive)).or_default().insert(endpoint);
        }
        let places: Vec<&Spot> = spots.keys().map(|(spot, _)| spot).collect();
        let sources: BTreeSet<Alike> = pods.iter().map(|(_, alike)| *alike).collect();
        let rows = self.rows(&places, &sources);
        self.join_sets(&spots, &rows, &pods);
    }

    /// For all pods that are alike the spots that they reach; those that reach none are left out.
    fn rows(&self, spots: &[&Spot], sources: &BTreeSet<Alike>) -> BTreeMap<Alike, Bits> {
        let network = self.network;
        let mut rows: BTreeMap<Alike, Bits> = BTreeMap::new();
        let mut reach = |source: Alike, at: usize| {
            let row = rows.entry(source).or_insert_with(|| vec![0; spots.len().div_ceil(BITS)]);
            if let Some(word) = row.get_mut(at / BITS) {
                *word |= 1 << (at % BITS);
            }
        };
        if spots.iter().any(|spot| matches!(spot, Spot::Pods(..))) {
            let mut proxies = Proxies { mesh: self.ways.mesh.as_ref(), said: HashMap::new() };
            network.reach().rows(|class, row| {
                let first = sources.range((class, None)..).take_while(|(other, _)| *other == class);
                let senders: Vec<Alike> = first.copied().collect();
                if senders.is_empty() {
                    return;
                }
                for (at, spot) in spots.iter().enumerate() {
                    let Spot::Pods((class, guard), protocol, port) = spot else { continue };
                    let open = row
                        .iter()
                        .any(|row| row.classes.contains(*class) && row.ports.contains(*protocol, *port));
                    for source in senders.iter().filter(|_| open) {
                        if proxies.let_through(source.1, *guard, *protocol, *port) {
                            reach(*source, at);
                        }
                    }
                }
            });
        }
        for (at, spot) in spots.iter().enumerate() {
            let Spot::Addresses(addresses, protocol, port) = spot else { continue };
            for source in sources {
                let open = |address: &IpAddr| {
                    network.can(Target::Class(source.0), Target::Address(*address), *protocol, *port).allowed
                };
                if addresses.iter().any(open) {
                    reach(*source, at);
                }
            }
        }
        rows
    }

    fn join_sets(
        &mut self,
        spots: &BTreeMap<(Spot, Primitive), BTreeSet<u32>>,
        rows: &BTreeMap<Alike, Bits>,
        pods: &[(u32, Alike)],
    ) {
        let mut groups: BTreeMap<&Bits, u32> = BTreeMap::new();
        let mut sending =
            Sending { spots: spots.keys().map(|(spot, _)| spot.clone()).collect(), ..Sending::default() };
        let mut senders: HashMap<Alike, u32> = HashMap::new();
        for (alike, row) in rows {
            let next = u32::try_from(groups.len()).unwrap_or(u32::MAX);
            let number = *groups.entry(row).or_insert(next);
            senders.insert(*alike, self.vertex(Vertex::Senders(number)));
            sending.groups.insert(row.clone(), number);
            sending.classes.insert(alike.0, (Some(number), 0));
        }
        for (_, (class, _)) in pods {
            let (group, count) = sending.classes.entry(*class).or_default();
            *count += 1;
            if let Some(group) = group {
                *sending.sizes.entry(*group).or_default() += 1;
            }
        }
        if self.ways.mesh.is_none() {
            self.tables.sending = sending;
        }
        // Ports that the same senders reach are one set.
        let mut columns: BTreeMap<(Vec<u32>, Primitive), BTreeSet<u32>> = BTreeMap::new();
        for (at, ((_, primitive), endpoints)) in spots.iter().enumerate() {
            let reaches = |row: &&Bits| row.get(at / BITS).is_some_and(|word| word & (1 << (at % BITS)) != 0);
            let mut by: Vec<u32> =
                groups.iter().filter(|(row, _)| reaches(row)).map(|(_, number)| *number).collect();
            by.sort_unstable();
            columns.entry((by, *primitive)).or_default().extend(endpoints);
        }
        let gates = self.names.intern("network policies let the connection through");
        for (number, ((by, primitive), endpoints)) in (0u32..).zip(columns) {
            let to = match endpoints.first().filter(|_| endpoints.len() == 1) {
                Some(only) => *only,
                None => {
                    let set = self.vertex(Vertex::Ports(number));
                    endpoints.iter().for_each(|endpoint| self.graph.step(set, *endpoint, Step::structure()));
                    set
                }
            };
            for group in by {
                let from = self.vertex(Vertex::Senders(group));
                self.graph.step(from, to, Step::new(primitive).gated(Some(gates)));
            }
        }
        self.send(&senders, pods);
    }

    /// Pods and what runs in them send from the pod's address.
    fn send(&mut self, senders: &HashMap<Alike, u32>, pods: &[(u32, Alike)]) {
        let sender: NumberMap<u32, u32> =
            pods.iter().filter_map(|(pod, alike)| Some((*pod, *senders.get(alike)?))).collect();
        let vertices = self.graph.vertices().to_vec();
        for (id, vertex) in (0u32..).zip(vertices) {
            let pod = match vertex {
                Vertex::Pod { .. } => id,
                Vertex::Container { pod, .. } => pod,
                _ => continue,
            };
            if let Some(set) = sender.get(&pod) {
                self.graph.step(id, *set, Step::structure());
            }
        }
    }

    /// The same for one pod and its containers.
    pub(crate) fn send_from(&mut self, class: ClassId, pod: u32, containers: &BTreeSet<u32>) {
        let Some(group) = self.tables.sending.group(class) else { return };
        let set = self.vertex(Vertex::Senders(group));
        for from in containers.iter().copied().chain([pod]) {
            self.graph.step(from, set, Step::structure());
        }
    }
}
