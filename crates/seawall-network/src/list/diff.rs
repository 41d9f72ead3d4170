//! What changed between two lists of connections.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::{Connection, Peer};
use crate::addresses::AddressSet;
use crate::ports::PortSet;

/// A pair of peers whose connections are not the same before and after.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The source.
    pub src: Peer,
    /// The destination.
    pub dst: Peer,
    /// What was allowed.
    pub before: PortSet,
    /// What is allowed.
    pub after: PortSet,
}

/// The pair without addresses, and whether the outside is its source.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Pair {
    Inside(Peer, Peer),
    From(Peer),
    To(Peer),
}

/// What is different, by source and destination; ranges of addresses are cut so that each row holds for all of its range.
pub fn difference(before: &[Connection], after: &[Connection]) -> Vec<Difference> {
    let (before, after) = (by_pair(before), by_pair(after));
    let mut differences = Vec::new();
    let pairs = before.keys().chain(after.keys().filter(|pair| !before.contains_key(*pair)));
    for pair in pairs {
        let nothing = Vec::new();
        let old = before.get(pair).unwrap_or(&nothing);
        let new = after.get(pair).unwrap_or(&nothing);
        if let Pair::Inside(src, dst) = pair {
            let whole = |rows: &[(AddressSet, PortSet)]| {
                rows.iter().fold(PortSet::none(), |all, (_, ports)| all.union(ports))
            };
            let (before, after) = (whole(old), whole(new));
            if before != after {
                differences.push(Difference { src: src.clone(), dst: dst.clone(), before, after });
            }
            continue;
        }
        for (from, to, before, after) in compare(old, new) {
            let outside = Peer::External(from, to);
            let (src, dst) = match pair {
                Pair::From(dst) => (outside, dst.clone()),
                Pair::To(src) | Pair::Inside(src, _) => (src.clone(), outside),
            };
            differences.push(Difference { src, dst, before, after });
        }
    }
    differences.sort();
    differences
}

fn by_pair(connections: &[Connection]) -> BTreeMap<Pair, Vec<(AddressSet, PortSet)>> {
    let mut pairs: BTreeMap<Pair, Vec<(AddressSet, PortSet)>> = BTreeMap::new();
    for Connection { src, dst, ports } in connections {
        let (pair, addresses) = match (src, dst) {
            (Peer::External(from, to), dst) => (Pair::From(dst.clone()), AddressSet::range(*from, *to)),
            (src, Peer::External(from, to)) => (Pair::To(src.clone()), AddressSet::range(*from, *to)),
            (src, dst) => (Pair::Inside(src.clone(), dst.clone()), AddressSet::default()),
        };
        pairs.entry(pair).or_default().push((addresses, ports.clone()));
    }
    pairs
}

type Compared = (IpAddr, IpAddr, PortSet, PortSet);

/// The ranges on which two partial maps from addresses to ports differ.
fn compare(before: &[(AddressSet, PortSet)], after: &[(AddressSet, PortSet)]) -> Vec<Compared> {
    let nothing = |rows: &[(AddressSet, PortSet)]| {
        let all = rows.iter().fold(AddressSet::default(), |all, (addresses, _)| all.union(addresses));
        (AddressSet::all().difference(&all), PortSet::none())
    };
    let mut parts: Vec<((PortSet, PortSet), AddressSet)> = Vec::new();
    for (old_addresses, old) in before.iter().chain([&nothing(before)]) {
        for (new_addresses, new) in after.iter().chain([&nothing(after)]) {
            let common = old_addresses.intersection(new_addresses);
            if old == new || common.is_empty() {
                continue;
            }
            let answer = (old.clone(), new.clone());
            match parts.iter_mut().find(|(other, _)| *other == answer) {
                Some((_, all)) => *all = all.union(&common),
                None => parts.push((answer, common)),
            }
        }
    }
    let ranges = parts.into_iter().flat_map(|((old, new), addresses)| {
        let ranges: Vec<_> = addresses.ranges().collect();
        ranges.into_iter().map(move |(from, to)| (from, to, old.clone(), new.clone()))
    });
    ranges.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Protocol;

    fn external(from: &str, to: &str, dst: &str, port: u16) -> Connection {
        let src = Peer::External(from.parse().unwrap(), to.parse().unwrap());
        Connection { src, dst: Peer::Workload(dst.to_owned()), ports: PortSet::port(Protocol::Tcp, port) }
    }

    #[test]
    fn ranges_are_cut_where_the_answer_changes() {
        let before = [external("0.0.0.0", "0.0.0.9", "a", 80)];
        let after = [external("0.0.0.5", "0.0.0.20", "a", 80), external("0.0.0.21", "0.0.0.21", "a", 81)];
        let rows: Vec<String> = difference(&before, &after)
            .iter()
            .map(|row| format!("{} {} {}", row.src, row.before, row.after))
            .collect();
        assert_eq!(
            rows,
            [
                "0.0.0.0-0.0.0.4[External] TCP 80 none",
                "0.0.0.10-0.0.0.20[External] none TCP 80",
                "0.0.0.21-0.0.0.21[External] none TCP 81",
            ]
        );
        assert!(difference(&before, &before).is_empty());
    }
}
