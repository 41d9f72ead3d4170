//! Addresses and ranges that are not reachable from the internet.

use std::net::IpAddr;

use seawall_yaml::Node;

/// Whether an address is private, local or shared (RFC 1918, 3927, 4193, 4291, 6598).
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || (a == 100 && b & 0xc0 == 64)
        }
        IpAddr::V6(v6) => {
            let first = v6.segments().first().copied().unwrap_or(0);
            v6.is_loopback() || first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80
        }
    }
}

/// The first and the last address of a range; a single address is both. The private ranges are so far apart that a range
/// with both ends in them lies in one of them, but for ranges larger than any of them, which `ends` leaves out.
fn ends(range: &str) -> Option<(IpAddr, IpAddr)> {
    let (address, length) = match range.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
        None => (range, None),
    };
    match address.parse().ok()? {
        IpAddr::V4(v4) => {
            let length = length.unwrap_or(32);
            let mask = u32::MAX.checked_shr(length).unwrap_or(0);
            let first = v4.to_bits() & !mask;
            (8..=32)
                .contains(&length)
                .then(|| (IpAddr::from(first.to_be_bytes()), IpAddr::from((first | mask).to_be_bytes())))
        }
        IpAddr::V6(v6) => {
            let length = length.unwrap_or(128);
            let mask = u128::MAX.checked_shr(length).unwrap_or(0);
            let first = v6.to_bits() & !mask;
            (7..=128)
                .contains(&length)
                .then(|| (IpAddr::from(first.to_be_bytes()), IpAddr::from((first | mask).to_be_bytes())))
        }
    }
}

/// What the ranges of a list let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ranges {
    /// No list, or one that holds everybody.
    Everybody,
    /// Some addresses of the internet.
    Some,
    /// Private addresses only.
    Private,
}

/// Reads a list of address ranges.
pub fn ranges<'t>(list: impl Iterator<Item = Node<'t>>) -> Ranges {
    let mut all_private = true;
    let mut any = false;
    for range in list.filter_map(Node::as_str) {
        any = true;
        let range = range.trim();
        if range.ends_with("/0") {
            return Ranges::Everybody;
        }
        all_private &= ends(range).is_some_and(|(first, last)| is_private(first) && is_private(last));
    }
    match (any, all_private) {
        (false, _) => Ranges::Everybody,
        (true, true) => Ranges::Private,
        (true, false) => Ranges::Some,
    }
}

/// Whether a list of addresses (`status.loadBalancer.ingress`, `status.addresses`) says that only private ones were
/// given out; an empty list says nothing.
pub fn all_private<'t>(list: impl Iterator<Item = Node<'t>>) -> bool {
    let mut any = false;
    for item in list {
        any = true;
        let address = item.str("ip").or_else(|| item.str("value"));
        let host = item.str("hostname").or(address);
        // AWS names internal load balancers so.
        let internal_name =
            host.is_some_and(|host| host.starts_with("internal-") && host.ends_with(".amazonaws.com"));
        let private = address.and_then(|text| text.parse().ok()).is_some_and(is_private);
        if !(internal_name || private && item.str("hostname").is_none()) {
            return false;
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_private_as_a_whole() {
        for (range, private) in [
            ("10.0.0.0/8", true),
            ("10.0.0.0/7", false),
            ("192.168.0.0/8", false),
            ("192.168.0.0/16", true),
            ("172.16.0.0/12", true),
            ("172.16.0.0/11", false),
            ("10.1.2.3", true),
            ("fc00::/7", true),
            ("fd00::1", true),
            ("2000::/3", false),
            ("nonsense", false),
        ] {
            let whole = ends(range).is_some_and(|(first, last)| is_private(first) && is_private(last));
            assert_eq!(whole, private, "{range}");
        }
    }

    #[test]
    fn private_addresses() {
        for (text, private) in [
            ("10.1.2.3", true),
            ("100.64.0.1", true),
            ("100.128.0.1", false),
            ("172.32.0.1", false),
            ("192.0.2.1", false),
            ("169.254.1.1", true),
            ("fd00::1", true),
            ("fe80::1", true),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_private(text.parse().unwrap()), private, "{text}");
        }
    }
}
