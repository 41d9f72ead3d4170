//! Which pods may connect to ports behind which something leads on (E02, E03).
//!
//! Pods of one class of the network room reach the same ports, and ports behind the same policies are reached by the same
//! classes: both are joined into sets, and edges go from set to set. What no rule leads on from is not asked about.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use seawall_network::{ClassId, Protocol, Target};

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

/// What is asked of the network room: listeners of pods of one class are one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    Class(ClassId, Protocol, u16),
    Addresses(Vec<IpAddr>, Protocol, u16),
}

/// A set of numbers below some thousands.
type Bits = Vec<u64>;
const BITS: usize = u64::BITS as usize;

impl Assembly<'_> {
    /// Runs when all listeners are known.
    pub(crate) fn reached(&mut self) {
        let listeners: BTreeSet<Listener> = std::mem::take(&mut self.listeners).into_iter().collect();
        if listeners.is_empty() {
            return;
        }
        let pods: Vec<(u32, ClassId)> = self.seats.iter().map(|seat| (seat.pod, seat.class)).collect();
        let class_of: NumberMap<u32, ClassId> = pods.iter().copied().collect();
        let mut spots: BTreeMap<(Spot, Primitive), BTreeSet<u32>> = BTreeMap::new();
        for Listener { on, protocol, port, endpoint, primitive } in listeners {
            let spot = match on {
                On::Pod(pod) => match class_of.get(&pod) {
                    Some(class) => Spot::Class(*class, protocol, port),
                    None => continue,
                },
                On::Addresses(addresses) => Spot::Addresses(addresses, protocol, port),
            };
            spots.entry((spot, primitive)).or_default().insert(endpoint);
        }
        let places: Vec<&Spot> = spots.keys().map(|(spot, _)| spot).collect();
        let sources: BTreeSet<ClassId> = pods.iter().map(|(_, class)| *class).collect();
        let rows = self.rows(&places, &sources);
        self.join_sets(&spots, &rows, &pods);
    }

    /// For each class the spots that it reaches; classes that reach none are left out.
    fn rows(&self, spots: &[&Spot], sources: &BTreeSet<ClassId>) -> BTreeMap<ClassId, Bits> {
        let network = self.network;
        let mut rows: BTreeMap<ClassId, Bits> = BTreeMap::new();
        let mut reach = |source: ClassId, at: usize| {
            let row = rows.entry(source).or_insert_with(|| vec![0; spots.len().div_ceil(BITS)]);
            if let Some(word) = row.get_mut(at / BITS) {
                *word |= 1 << (at % BITS);
            }
        };
        if spots.iter().any(|spot| matches!(spot, Spot::Class(..))) {
            network.reach().rows(|source, row| {
                if !sources.contains(&source) {
                    return;
                }
                for (at, spot) in spots.iter().enumerate() {
                    let Spot::Class(class, protocol, port) = spot else { continue };
                    let open = row
                        .iter()
                        .any(|row| row.classes.contains(*class) && row.ports.contains(*protocol, *port));
                    if open {
                        reach(source, at);
                    }
                }
            });
        }
        for (at, spot) in spots.iter().enumerate() {
            let Spot::Addresses(addresses, protocol, port) = spot else { continue };
            for source in sources {
                let open = |address: &IpAddr| {
                    network.can(Target::Class(*source), Target::Address(*address), *protocol, *port).allowed
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
        rows: &BTreeMap<ClassId, Bits>,
        pods: &[(u32, ClassId)],
    ) {
        let mut groups: BTreeMap<&Bits, u32> = BTreeMap::new();
        let mut senders: NumberMap<ClassId, u32> = NumberMap::default();
        for (class, row) in rows {
            let next = u32::try_from(groups.len()).unwrap_or(u32::MAX);
            let number = *groups.entry(row).or_insert(next);
            senders.insert(*class, self.vertex(Vertex::Senders(number)));
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
    fn send(&mut self, senders: &NumberMap<ClassId, u32>, pods: &[(u32, ClassId)]) {
        let sender: NumberMap<u32, u32> =
            pods.iter().filter_map(|(pod, class)| Some((*pod, *senders.get(class)?))).collect();
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
}
