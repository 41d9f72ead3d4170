//! How much is allowed: counted before and after, and held against what is needed.
//!
//! Counted are ordered pairs of workloads of which at least one gets a policy, and the ports of TCP, UDP and SCTP between
//! them. A workload whose pods policies can tell apart counts once for each kind of them; it is not counted with itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::need::{End, Need};
use super::proof::Classes;
use super::units::UnitId;
use crate::ClassSet;
use crate::model::{ClassId, Network};
use crate::ports::{PortSet, Protocol};

/// How much is allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Pairs between which anything is allowed.
    pub pairs: u64,
    /// Ports, over all pairs.
    pub connections: u64,
}

/// Counts of before, after, and of what is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measures {
    /// With today's policies.
    pub before: Allowed,
    /// With the new ones.
    pub after: Allowed,
    /// What is declared or observed and allowed.
    pub needed: Allowed,
    /// Allowed after, and neither declared nor observed.
    pub over_grant: u64,
    /// Addresses outside that blocks meet and nobody asked for.
    pub added_addresses: u128,
}

fn ports_of(ports: &PortSet) -> u64 {
    let ranges = Protocol::WITH_PORTS.into_iter().flat_map(|protocol| ports.ranges(protocol));
    ranges.map(|(from, to)| u64::from(to - from) + 1).sum()
}

/// What is allowed between workloads of which one is governed.
pub(super) fn measure(network: &Network, classes: &Classes, governed: &BTreeSet<UnitId>) -> Allowed {
    let mut weights: HashMap<ClassId, u64> = HashMap::new();
    let mut own = ClassSet::default();
    for (unit, list) in classes.iter() {
        for class in list {
            *weights.entry(*class).or_default() += 1;
            if governed.contains(&unit) {
                own.insert(*class);
            }
        }
    }
    let weight = |class: ClassId| weights.get(&class).copied().unwrap_or(0);
    let plain = weights.values().all(|weight| *weight == 1);
    let count = |set: &ClassSet| -> u64 {
        if plain { u64::try_from(set.len()).unwrap_or(u64::MAX) } else { set.iter().map(weight).sum() }
    };
    let mut allowed = Allowed::default();
    network.reach().rows(|source, rows| {
        let sources = weight(source);
        let governs = own.contains(source);
        for row in rows {
            let concerned = if governs { row.classes } else { row.classes.intersection(&own) };
            let with_itself = if concerned.contains(source) { sources } else { 0 };
            let pairs = (sources * count(&concerned)).saturating_sub(with_itself);
            allowed.pairs += pairs;
            allowed.connections =
                allowed.connections.saturating_add(pairs.saturating_mul(ports_of(&row.ports)));
        }
    });
    allowed
}

/// What of the needs is allowed, counted alike.
pub(super) fn needed<'n>(needs: impl Iterator<Item = &'n Need>, classes: &Classes) -> Allowed {
    let mut by_pair: BTreeMap<(UnitId, UnitId), PortSet> = BTreeMap::new();
    for need in needs {
        let (End::Unit(src), End::Unit(dst)) = (&need.src, &need.dst) else { continue };
        let ports = by_pair.entry((*src, *dst)).or_insert_with(PortSet::none);
        *ports = ports.union(&need.ports);
    }
    let mut allowed = Allowed::default();
    for ((src, dst), ports) in by_pair {
        let (from, to) = (classes.of(src).len() as u64, classes.of(dst).len() as u64);
        let pairs = (from * to).saturating_sub(if src == dst { from } else { 0 });
        allowed.pairs += pairs;
        allowed.connections = allowed.connections.saturating_add(pairs.saturating_mul(ports_of(&ports)));
    }
    allowed
}
