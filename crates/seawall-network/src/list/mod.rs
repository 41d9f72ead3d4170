//! Whole connectivity as people read it: workloads, ranges of addresses outside, and pods that may come.
//!
//! The shape follows netpol-analyzer's, so that its users find their lists again.

mod diff;
mod focus;
mod ingress;
mod potential;

use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::ControlFlow;

pub use diff::{Difference, difference};
pub use focus::Focus;
pub use ingress::ingress_connections;
pub(crate) use potential::Stranger;
pub use potential::{Potential, PotentialPeer, Side as PotentialSide};

use crate::addresses::AddressSet;
use crate::model::{ClassId, Network};
use crate::policy::Direction;
use crate::ports::PortSet;
use crate::query::{ExternalRow, Workload};

/// An end of a listed connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// A workload as it prints: `namespace/name[Kind]`.
    Workload(String),
    /// Addresses outside the cluster, from one to another.
    External(IpAddr, IpAddr),
    /// Whatever pod serves Ingresses and Routes.
    IngressController,
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Peer::Workload(name) => f.write_str(name),
            Peer::External(from, to) => write!(f, "{from}-{to}[External]"),
            Peer::IngressController => f.write_str("{ingress-controller}"),
        }
    }
}

/// One listed connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Connection {
    /// The source.
    pub src: Peer,
    /// The destination.
    pub dst: Peer,
    /// The ports, never none.
    pub ports: PortSet,
}

/// Which families of addresses outside are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Families {
    /// IPv6 only where some policy speaks of it.
    AsMentioned,
    /// Both.
    Both,
}

impl Network {
    /// Every connection that is allowed between two workloads or a workload and the outside, one after another: for each
    /// source its destinations by class, until `each` breaks. A workload is not listed with itself, nor traffic of a node
    /// with its own pods.
    pub fn connections(
        &self,
        families: Families,
        mut each: impl FnMut(Connection) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let workloads = self.workloads();
        let mut of_class: HashMap<ClassId, Vec<&Workload>> = HashMap::new();
        for workload in &workloads {
            of_class.entry(workload.class).or_default().push(workload);
        }
        let v6 = families == Families::Both || self.mentions_v6();
        self.reach().try_rows(|source, rows| {
            let Some(sources) = of_class.get(&source) else { return ControlFlow::Continue(()) };
            for row in rows {
                let reached = row.classes.iter().filter_map(|class| of_class.get(&class)).flatten();
                for dst in reached {
                    for src in sources.iter().filter(|src| !src.same_owner(dst)) {
                        let (src, dst) = (Peer::Workload(src.to_string()), Peer::Workload(dst.to_string()));
                        each(Connection { src, dst, ports: row.ports.clone() })?;
                    }
                }
            }
            for direction in Direction::ALL {
                for (from, to, ports) in ranges(self.external(source, direction), v6) {
                    for workload in sources {
                        let workload = Peer::Workload(workload.to_string());
                        let outside = Peer::External(from, to);
                        let ports = ports.clone();
                        each(match direction {
                            Direction::Ingress => Connection { src: outside, dst: workload, ports },
                            Direction::Egress => Connection { src: workload, dst: outside, ports },
                        })?;
                    }
                }
            }
            ControlFlow::Continue(())
        })
    }

    /// Whether some policy speaks of IPv6 addresses.
    pub fn mentions_v6(&self) -> bool {
        self.peers.iter().any(|(_, peer)| !peer.addresses.is_subset(&AddressSet::all_v4()))
    }
}

/// The ranges of rows that allow something.
pub(crate) fn ranges(rows: Vec<ExternalRow>, v6: bool) -> Vec<(IpAddr, IpAddr, PortSet)> {
    let mut ranges = Vec::new();
    for ExternalRow { addresses, ports } in rows {
        if ports.is_empty() {
            continue;
        }
        let wanted = addresses.ranges().filter(|(from, _)| v6 || from.is_ipv4());
        ranges.extend(wanted.map(|(from, to)| (from, to, ports.clone())));
    }
    ranges.sort();
    ranges
}
