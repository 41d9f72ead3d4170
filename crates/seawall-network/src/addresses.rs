//! Sets of IPv4 and IPv6 addresses, read from CIDRs.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::intervals::Intervals;

/// Where the metadata services of clouds answer: all of them over IPv4, AWS over IPv6 too.
pub const METADATA: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

/// A set of addresses of both families.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressSet {
    v4: Intervals<u32>,
    v6: Intervals<u128>,
}

impl AddressSet {
    /// Every address.
    pub fn all() -> Self {
        AddressSet { v4: Intervals::of([(0, u32::MAX)]), v6: Intervals::of([(0, u128::MAX)]) }
    }

    /// Every IPv4 address.
    pub fn all_v4() -> Self {
        AddressSet { v4: Intervals::of([(0, u32::MAX)]), v6: Intervals::default() }
    }

    /// These addresses.
    pub fn of(addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        Self::of_ranges(addresses.into_iter().map(|address| (address, address)))
    }

    /// These ranges, first and last address; one of two families is empty.
    pub fn of_ranges(ranges: impl IntoIterator<Item = (IpAddr, IpAddr)>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for range in ranges {
            match range {
                (IpAddr::V4(from), IpAddr::V4(to)) => v4.push((from.to_bits(), to.to_bits())),
                (IpAddr::V6(from), IpAddr::V6(to)) => v6.push((from.to_bits(), to.to_bits())),
                _ => {}
            }
        }
        AddressSet { v4: Intervals::of(v4), v6: Intervals::of(v6) }
    }

    /// How many addresses there are; at most the greatest number.
    pub fn count(&self) -> u128 {
        let v4 = self.v4.ranges().iter().map(|(from, to)| u128::from(to - from) + 1);
        let v6 = self.v6.ranges().iter().map(|(from, to)| (to - from).saturating_add(1));
        v4.chain(v6).fold(0, u128::saturating_add)
    }

    /// From one address to another of the same family; empty for two families.
    pub fn range(from: IpAddr, to: IpAddr) -> Self {
        match (from, to) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                AddressSet { v4: Intervals::of([(from.to_bits(), to.to_bits())]), ..Self::default() }
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                AddressSet { v6: Intervals::of([(from.to_bits(), to.to_bits())]), ..Self::default() }
            }
            _ => Self::default(),
        }
    }

    /// The addresses of a block, `None` when the text is no CIDR as Go's `net.ParseCIDR` reads it. Bits below the prefix
    /// are ignored.
    pub fn cidr(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        // Signs and leading zeros are no part of a prefix length.
        if length.is_empty() || !length.bytes().all(|digit| digit.is_ascii_digit()) || length.len() > 3 {
            return None;
        }
        let length: u32 = length.parse().ok()?;
        match address.parse().ok()? {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(32u32.checked_sub(length)?).unwrap_or(0);
                let from = address.to_bits() & mask;
                Some(AddressSet { v4: Intervals::of([(from, from | !mask)]), v6: Intervals::default() })
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(128u32.checked_sub(length)?).unwrap_or(0);
                let from = address.to_bits() & mask;
                Some(AddressSet { v4: Intervals::default(), v6: Intervals::of([(from, from | !mask)]) })
            }
        }
    }

    /// Whether there is no address.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Whether an address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.v4.contains(address.to_bits()),
            IpAddr::V6(address) => self.v6.contains(address.to_bits()),
        }
    }

    /// What is in one of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        AddressSet { v4: self.v4.union(&other.v4), v6: self.v6.union(&other.v6) }
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        AddressSet { v4: self.v4.intersection(&other.v4), v6: self.v6.intersection(&other.v6) }
    }

    /// What is here and not there.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        AddressSet { v4: self.v4.difference(&other.v4), v6: self.v6.difference(&other.v6) }
    }

    /// Whether all of it is in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.v4.is_subset(&other.v4) && self.v6.is_subset(&other.v6)
    }

    /// The ranges, first and last address: IPv4 first, ascending.
    pub fn ranges(&self) -> impl Iterator<Item = (IpAddr, IpAddr)> + '_ {
        let v4 =
            self.v4.ranges().iter().map(|(from, to)| {
                (IpAddr::V4(Ipv4Addr::from_bits(*from)), IpAddr::V4(Ipv4Addr::from_bits(*to)))
            });
        let v6 =
            self.v6.ranges().iter().map(|(from, to)| {
                (IpAddr::V6(Ipv6Addr::from_bits(*from)), IpAddr::V6(Ipv6Addr::from_bits(*to)))
            });
        v4.chain(v6)
    }

    /// The addresses at which membership changes: the first of each range, and the one after its last. After the last of
    /// IPv4 comes the first of IPv6.
    pub(crate) fn borders(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.ranges().flat_map(|(from, to)| {
            let after = match to {
                IpAddr::V4(to) => Some(match to.to_bits().checked_add(1) {
                    Some(next) => IpAddr::V4(Ipv4Addr::from_bits(next)),
                    None => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
                }),
                IpAddr::V6(to) => {
                    to.to_bits().checked_add(1).map(|next| IpAddr::V6(Ipv6Addr::from_bits(next)))
                }
            };
            [Some(from), after].into_iter().flatten()
        })
    }

    /// The fewest CIDR blocks that make up the set, IPv4 first, ascending.
    pub fn cidrs(&self) -> Vec<String> {
        let mut blocks = Vec::new();
        for (from, to) in self.ranges() {
            match (from, to) {
                (IpAddr::V4(from), IpAddr::V4(to)) => {
                    for (start, length) in blocks_of(from.to_bits().into(), to.to_bits().into(), 32) {
                        let address = Ipv4Addr::from_bits(u32::try_from(start).unwrap_or(u32::MAX));
                        blocks.push(format!("{address}/{length}"));
                    }
                }
                (IpAddr::V6(from), IpAddr::V6(to)) => {
                    for (start, length) in blocks_of(from.to_bits(), to.to_bits(), 128) {
                        blocks.push(format!("{}/{length}", Ipv6Addr::from_bits(start)));
                    }
                }
                _ => {}
            }
        }
        blocks
    }
}

/// The aligned blocks of a range, as start and prefix length.
fn blocks_of(from: u128, to: u128, bits: u32) -> Vec<(u128, u32)> {
    let mut blocks = Vec::new();
    let mut start = from;
    loop {
        let aligned = start.trailing_zeros().min(bits);
        // The greatest aligned block that does not reach past the end.
        let size = (0..=aligned).rev().find(|size| {
            let last = if *size >= 128 { u128::MAX } else { start | ((1u128 << size) - 1) };
            last <= to
        });
        let size = size.unwrap_or(0);
        blocks.push((start, bits - size));
        let last = if size >= 128 { u128::MAX } else { start | ((1u128 << size) - 1) };
        match last.checked_add(1) {
            Some(next) if next <= to => start = next,
            _ => return blocks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_blocks_as_go_does() {
        let set = AddressSet::cidr("10.1.2.3/8").unwrap();
        assert_eq!(set.cidrs(), ["10.0.0.0/8"]);
        assert_eq!(AddressSet::cidr("0.0.0.0/0").unwrap(), AddressSet::all_v4());
        assert_eq!(AddressSet::cidr("::/0").unwrap().cidrs(), ["::/0"]);
        assert_eq!(AddressSet::cidr("2001:db8::1/64").unwrap().cidrs(), ["2001:db8::/64"]);
        for wrong in ["", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/+8", "x/8"]
        {
            assert_eq!(AddressSet::cidr(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn splits_ranges_into_blocks() {
        let set = AddressSet::cidr("10.0.0.0/24").unwrap();
        let rest = AddressSet::all_v4().difference(&set);
        let mut joined = AddressSet::default();
        for block in rest.cidrs() {
            let block = AddressSet::cidr(&block).unwrap();
            assert!(joined.intersection(&block).is_empty());
            joined = joined.union(&block);
        }
        assert_eq!(joined, rest);
        assert_eq!(AddressSet::of(["10.0.0.1".parse().unwrap()]).cidrs(), ["10.0.0.1/32"]);
    }

    #[test]
    fn borders_are_where_membership_changes() {
        let set = AddressSet::cidr("10.0.0.0/8").unwrap();
        let borders: Vec<String> = set.borders().map(|border| border.to_string()).collect();
        assert_eq!(borders, ["10.0.0.0", "11.0.0.0"]);
        let borders: Vec<String> = AddressSet::all_v4().borders().map(|border| border.to_string()).collect();
        assert_eq!(borders, ["0.0.0.0", "::"]);
    }
}
