//! From addresses to `ipBlock`s: exactly where that takes few blocks, a little wider where it would take many.
//!
//! The bound: a block that is wider than what was asked for is at most a /24 (IPv6: a /64), is made only where more than
//! 16 blocks would be written, and never meets an address that is to be avoided. What it adds is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::metadata;
use crate::addresses::AddressSet;

/// How many blocks of one rule are written exactly.
const MAX_EXACT: usize = 16;
/// How many exceptions a block of a whole family may have: one for each node's range of pods.
const MAX_EXCEPT: usize = 256;

/// An `ipBlock`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IpBlock {
    /// `cidr`
    pub cidr: String,
    /// `except`
    pub except: Vec<String>,
}

/// Some addresses as blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Blocks {
    /// Ascending.
    pub(super) blocks: Vec<IpBlock>,
    /// What the blocks meet and nobody asked for.
    pub(super) added: AddressSet,
}

/// Blocks that meet all of a set. The address of the metadata service is never met.
pub(super) fn blocks(wanted: &AddressSet, avoid: &BTreeSet<IpAddr>, avoid_ranges: &AddressSet) -> Blocks {
    let wanted = wanted.difference(&metadata());
    let mut all = Blocks::default();
    for family in [AddressSet::all_v4(), AddressSet::all().difference(&AddressSet::all_v4())] {
        let own = wanted.intersection(&family);
        if own.is_empty() {
            continue;
        }
        let exact = own.cidrs();
        let rest = family.difference(&own).cidrs();
        if rest.len() < exact.len() && rest.len() <= MAX_EXCEPT {
            let cidr = if family.contains(IpAddr::V4(Ipv4Addr::UNSPECIFIED)) { "0.0.0.0/0" } else { "::/0" };
            all.blocks.push(IpBlock { cidr: cidr.to_owned(), except: rest });
            continue;
        }
        let mut chosen = own.clone();
        if exact.len() > MAX_EXACT {
            chosen = widened(&own, avoid, &avoid_ranges.union(&metadata()));
            all.added = all.added.union(&chosen.difference(&own));
        }
        all.blocks.extend(chosen.cidrs().into_iter().map(|cidr| IpBlock { cidr, except: Vec::new() }));
    }
    all
}

/// The network of an address that a block may grow to: its first and last address.
fn network(address: IpAddr) -> (IpAddr, IpAddr) {
    match address {
        IpAddr::V4(address) => {
            let first = address.to_bits() & !0xff;
            (IpAddr::V4(Ipv4Addr::from_bits(first)), IpAddr::V4(Ipv4Addr::from_bits(first | 0xff)))
        }
        IpAddr::V6(address) => {
            let tail = u128::from(u64::MAX);
            let first = address.to_bits() & !tail;
            (IpAddr::V6(Ipv6Addr::from_bits(first)), IpAddr::V6(Ipv6Addr::from_bits(first | tail)))
        }
    }
}

/// The same addresses with gaps inside one network filled, where nothing to be avoided stands in them.
fn widened(wanted: &AddressSet, avoid: &BTreeSet<IpAddr>, avoid_ranges: &AddressSet) -> AddressSet {
    let mut by_network: BTreeMap<(IpAddr, IpAddr), Vec<(IpAddr, IpAddr)>> = BTreeMap::new();
    for (from, to) in wanted.ranges() {
        if network(from) == network(to) {
            by_network.entry(network(from)).or_default().push((from, to));
        }
    }
    let mut filled = AddressSet::default();
    for ranges in by_network.into_values().filter(|ranges| ranges.len() > 1) {
        let (Some((first, _)), Some((_, last))) = (ranges.first(), ranges.last()) else { continue };
        let block = smallest_block(*first, *last);
        let Some((from, to)) = block.ranges().next() else { continue };
        let meets = avoid.range(from..=to).next().is_some() || !avoid_ranges.intersection(&block).is_empty();
        if !meets {
            filled = filled.union(&block);
        }
    }
    wanted.union(&filled)
}

/// The smallest block that holds two addresses of one family.
fn smallest_block(first: IpAddr, last: IpAddr) -> AddressSet {
    let cidr = match (first, last) {
        (IpAddr::V4(a), IpAddr::V4(b)) => {
            format!("{a}/{}", (a.to_bits() ^ b.to_bits()).leading_zeros())
        }
        (IpAddr::V6(a), IpAddr::V6(b)) => {
            format!("{a}/{}", (a.to_bits() ^ b.to_bits()).leading_zeros())
        }
        _ => return AddressSet::default(),
    };
    AddressSet::cidr(&cidr).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(blocks: &[&str]) -> AddressSet {
        blocks.iter().fold(AddressSet::default(), |all, one| all.union(&AddressSet::cidr(one).unwrap()))
    }

    fn made(wanted: &AddressSet, avoid: &[&str]) -> Blocks {
        let avoid = avoid.iter().map(|address| address.parse().unwrap()).collect();
        blocks(wanted, &avoid, &AddressSet::default())
    }

    fn scattered(network: u8) -> Vec<String> {
        (0..20).map(|number| format!("203.0.{network}.{}/32", number * 2)).collect()
    }

    #[test]
    fn few_addresses_are_written_exactly() {
        let Blocks { blocks, added } = made(&set(&["8.8.8.8/32", "8.8.8.9/32", "9.9.9.9/32"]), &[]);
        let cidrs: Vec<&str> = blocks.iter().map(|block| block.cidr.as_str()).collect();
        assert_eq!(cidrs, ["8.8.8.8/31", "9.9.9.9/32"]);
        assert!(added.is_empty());
    }

    #[test]
    fn many_addresses_of_one_network_become_one_block() {
        let list = scattered(113);
        let list: Vec<&str> = list.iter().map(String::as_str).collect();
        let wanted = set(&list);
        let Blocks { blocks: found, added } = made(&wanted, &[]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].cidr, "203.0.113.0/26");
        assert_eq!(added, set(&["203.0.113.0/26"]).difference(&wanted));
        // What must not be met is worth the long list.
        let Blocks { blocks: found, added } = made(&wanted, &["203.0.113.1"]);
        assert_eq!((found.len(), added.is_empty()), (20, true));
    }

    #[test]
    fn networks_far_apart_never_become_one() {
        let list: Vec<String> = (0..40).map(|number| format!("203.{number}.113.7/32")).collect();
        let list: Vec<&str> = list.iter().map(String::as_str).collect();
        let Blocks { blocks: found, added } = made(&set(&list), &[]);
        assert_eq!((found.len(), added.is_empty()), (40, true));
    }

    #[test]
    fn the_metadata_service_is_never_met() {
        let Blocks { blocks: found, .. } = made(&AddressSet::all(), &[]);
        assert_eq!(
            found[0],
            IpBlock { cidr: "0.0.0.0/0".to_owned(), except: vec!["169.254.169.254/32".to_owned()] }
        );
        assert_eq!(found[1].except, ["fd00:ec2::254/128"]);
        assert!(made(&set(&["169.254.169.254/32"]), &[]).blocks.is_empty());
    }
}
