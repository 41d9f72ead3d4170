//! Addresses and ranges of addresses.
//!
//! Invariant: no zones, no IPv4 within IPv6 (`::ffff:1.2.3.4`), no leading zeros. Errors are those of Go's `net/netip`, as
//! `k8s.io/apiserver/pkg/cel/library/{ip,cidr}.go` hand them on.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::quote::quoted;

/// An address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ip(IpAddr);

/// What is wrong with a text, and the rest of it from there.
type Wrong<'t> = (&'static str, &'t str);

fn v4(text: &str) -> Result<Ipv4Addr, Wrong<'_>> {
    let bytes = text.as_bytes();
    let mut fields = [0u8; 4];
    let (mut field, mut value, mut digits) = (0usize, 0u16, 0);
    for (place, byte) in bytes.iter().enumerate() {
        let rest = text.get(place..).unwrap_or("");
        match byte {
            b'0'..=b'9' => {
                if digits == 1 && value == 0 {
                    return Err(("IPv4 field has octet with leading zero", ""));
                }
                value = value * 10 + u16::from(byte - b'0');
                digits += 1;
                if value > 255 {
                    return Err(("IPv4 field has value >255", ""));
                }
            }
            b'.' => {
                if digits == 0 || rest.len() == 1 {
                    return Err(("IPv4 field must have at least one digit", rest));
                }
                if field == 3 {
                    return Err(("IPv4 address too long", ""));
                }
                put(&mut fields, field, value);
                (field, value, digits) = (field + 1, 0, 0);
            }
            _ => return Err(("unexpected character", rest)),
        }
    }
    if field < 3 {
        return Err(("IPv4 address too short", ""));
    }
    put(&mut fields, 3, value);
    Ok(fields.into())
}

fn put(fields: &mut [u8; 4], place: usize, value: u16) {
    if let Some(field) = fields.get_mut(place) {
        *field = u8::try_from(value).unwrap_or(u8::MAX);
    }
}

/// Sixteen bits in hexadecimal digits, and what follows.
fn group(text: &str) -> Result<(u16, &str), Wrong<'_>> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    let digits = text.get(..text.len() - rest.len()).unwrap_or("");
    match digits.len() {
        0 => Err(("each colon-separated field must have at least one digit", text)),
        1..=4 => Ok((u16::from_str_radix(digits, 16).unwrap_or(0), rest)),
        _ => Err(("each group must have 4 or less digits", text)),
    }
}

fn v6(text: &str) -> Result<Ipv6Addr, Wrong<'_>> {
    let mut groups: Vec<u16> = Vec::with_capacity(8);
    let mut gap = None;
    let mut rest = text;
    if let Some(after) = text.strip_prefix("::") {
        gap = Some(0);
        rest = after;
        if rest.is_empty() {
            return Ok(Ipv6Addr::UNSPECIFIED);
        }
    }
    while groups.len() < 8 {
        let (value, after) = group(rest)?;
        if after.starts_with('.') {
            if gap.is_none() && groups.len() != 6 {
                return Err(("embedded IPv4 address must replace the final 2 fields of the address", rest));
            }
            if groups.len() > 6 {
                return Err(("too many hex fields to fit an embedded IPv4 at the end of the address", rest));
            }
            let low = v4(rest)?.to_bits();
            groups.extend([(low >> 16) as u16, (low & 0xffff) as u16]);
            rest = "";
            break;
        }
        groups.push(value);
        rest = after;
        if rest.is_empty() {
            break;
        }
        let Some(after) = rest.strip_prefix(':') else {
            return Err(("unexpected character, want colon", rest));
        };
        if after.is_empty() {
            return Err(("colon must be followed by more characters", rest));
        }
        rest = after;
        if let Some(after) = rest.strip_prefix(':') {
            if gap.is_some() {
                return Err(("multiple :: in address", rest));
            }
            gap = Some(groups.len());
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
    }
    if !rest.is_empty() {
        return Err(("trailing garbage after address", rest));
    }
    match (groups.len(), gap) {
        (8, Some(_)) => return Err(("the :: must expand to at least one field of zeros", "")),
        (8, None) => {}
        (_, None) => return Err(("address string too short", "")),
        (length, Some(gap)) => {
            groups.splice(gap..gap, std::iter::repeat_n(0, 8 - length));
        }
    }
    let groups: [u16; 8] = groups.try_into().unwrap_or_default();
    Ok(groups.into())
}

/// An address, and whether it has a zone.
fn address(text: &str) -> Result<(IpAddr, bool), String> {
    let found = match text.find(['.', ':', '%']).and_then(|place| text.as_bytes().get(place)) {
        Some(b'.') => v4(text).map(|ip| (IpAddr::V4(ip), false)),
        Some(b':') => match text.split_once('%') {
            Some((_, "")) => Err(("zone must be a non-empty string", "")),
            Some((ip, _)) => v6(ip).map(|ip| (IpAddr::V6(ip), true)),
            None => v6(text).map(|ip| (IpAddr::V6(ip), false)),
        },
        Some(_) => Err(("missing IPv6 address", "")),
        None => Err(("unable to parse IP", "")),
    };
    found.map_err(|(message, rest)| match rest {
        "" => format!("ParseAddr({}): {message}", quoted(text)),
        rest => format!("ParseAddr({}): {message} (at {})", quoted(text), quoted(rest)),
    })
}

fn is_mapped(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V6(ip) if ip.to_ipv4_mapped().is_some())
}

impl Ip {
    /// Reads an address; the error is the API server's.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (ip, zone) = address(text).map_err(|error| {
            format!("IP Address {} parse error during conversion from string: {error}", quoted(text))
        })?;
        if zone {
            return Err(format!("IP address {} with zone value is not allowed", quoted(text)));
        }
        if is_mapped(ip) {
            return Err(format!("IPv4-mapped IPv6 address {} is not allowed", quoted(text)));
        }
        Ok(Ip(ip))
    }

    /// An address in brackets, where a zone may follow.
    pub(super) fn literal(text: &str) -> Result<IpAddr, String> {
        address(text).map(|(ip, _)| ip)
    }

    /// The address.
    pub fn address(self) -> IpAddr {
        self.0
    }

    pub(crate) fn bytes(self) -> usize {
        if self.0.is_ipv4() { 4 } else { 16 }
    }

    pub(crate) fn is_link_local_multicast(self) -> bool {
        match self.0 {
            IpAddr::V4(ip) => matches!(ip.octets(), [224, 0, 0, _]),
            IpAddr::V6(ip) => ip.segments()[0] & 0xff0f == 0xff02,
        }
    }

    pub(crate) fn is_link_local_unicast(self) -> bool {
        match self.0 {
            IpAddr::V4(ip) => ip.is_link_local(),
            IpAddr::V6(ip) => ip.is_unicast_link_local(),
        }
    }

    pub(crate) fn is_global_unicast(self) -> bool {
        let broadcast = matches!(self.0, IpAddr::V4(ip) if ip.is_broadcast());
        let other = self.0.is_unspecified() || self.0.is_loopback() || self.0.is_multicast();
        !broadcast && !other && !self.is_link_local_unicast()
    }

    fn bits(self) -> u128 {
        match self.0 {
            IpAddr::V4(ip) => u128::from(ip.to_bits()) << 96,
            IpAddr::V6(ip) => ip.to_bits(),
        }
    }
}

impl fmt::Display for Ip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A range of addresses; it keeps the address that it was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    ip: Ip,
    bits: u8,
}

fn prefix(text: &str) -> Result<Cidr, String> {
    let wrong = |message: String| format!("netip.ParsePrefix({}): {message}", quoted(text));
    let (ip, bits) = text.rsplit_once('/').ok_or_else(|| wrong("no '/'".to_owned()))?;
    let (ip, zone) = address(ip).map_err(wrong)?;
    if zone {
        return Err(wrong("IPv6 zones cannot be present in a prefix".to_owned()));
    }
    let bad = || wrong(format!("bad bits after slash: {}", quoted(bits)));
    if bits.is_empty() || !bits.bytes().all(|digit| digit.is_ascii_digit()) {
        // Go reads a lone sign no better.
        return Err(bad());
    }
    if bits.len() > 1 && bits.starts_with('0') {
        return Err(bad());
    }
    let bits: u64 = bits.parse().map_err(|_| bad())?;
    let most = if ip.is_ipv4() { 32 } else { 128 };
    match u8::try_from(bits) {
        Ok(bits) if bits <= most => Ok(Cidr { ip: Ip(ip), bits }),
        _ if i64::try_from(bits).is_err() => Err(bad()),
        _ => Err(wrong("prefix length out of range".to_owned())),
    }
}

impl Cidr {
    /// Reads a range; the error is the API server's.
    pub fn parse(text: &str) -> Result<Self, String> {
        let context = "network address parse error during conversion from string: ";
        let cidr = prefix(text).map_err(|error| format!("{context}{context}{error}"))?;
        if is_mapped(cidr.ip.0) {
            return Err(format!("{context}IPv4-mapped IPv6 address {} is not allowed", quoted(text)));
        }
        Ok(cidr)
    }

    /// The address that it was written with.
    pub fn ip(self) -> Ip {
        self.ip
    }

    /// How many bits its addresses share.
    pub fn bits(self) -> u8 {
        self.bits
    }

    fn mask(self) -> u128 {
        u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0)
    }

    /// The same with its first address.
    #[must_use]
    pub fn masked(self) -> Self {
        let bits = self.ip.bits() & self.mask();
        let ip = match self.ip.0 {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from_bits((bits >> 96) as u32)),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(bits)),
        };
        Cidr { ip: Ip(ip), bits: self.bits }
    }

    /// Whether an address is in it.
    pub fn contains(self, ip: Ip) -> bool {
        self.ip.0.is_ipv4() == ip.0.is_ipv4() && (self.ip.bits() ^ ip.bits()) & self.mask() == 0
    }

    /// Whether all of another range is in it.
    pub fn contains_cidr(self, other: Self) -> bool {
        self.bits <= other.bits && self.contains(other.ip)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.ip, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn errors_are_gos() {
        for (text, error) in [
            ("", "ParseAddr(\"\"): unable to parse IP"),
            ("1.2.3", "ParseAddr(\"1.2.3\"): IPv4 address too short"),
            ("1.2.3.4.5", "ParseAddr(\"1.2.3.4.5\"): IPv4 address too long"),
            ("1.02.3.4", "ParseAddr(\"1.02.3.4\"): IPv4 field has octet with leading zero"),
            ("1.2.3.256", "ParseAddr(\"1.2.3.256\"): IPv4 field has value >255"),
            ("1..3.4", "ParseAddr(\"1..3.4\"): IPv4 field must have at least one digit (at \".3.4\")"),
            ("1.2.3.x", "ParseAddr(\"1.2.3.x\"): unexpected character (at \"x\")"),
            ("::1::", "ParseAddr(\"::1::\"): multiple :: in address (at \":\")"),
            ("1:2", "ParseAddr(\"1:2\"): address string too short"),
            ("12345::", "ParseAddr(\"12345::\"): each group must have 4 or less digits (at \"12345::\")"),
            (
                "1:2:3:4:5:6:7::8",
                "ParseAddr(\"1:2:3:4:5:6:7::8\"): the :: must expand to at least one field of zeros",
            ),
            ("fe80::%", "ParseAddr(\"fe80::%\"): zone must be a non-empty string"),
        ] {
            assert_eq!(address(text).unwrap_err(), error);
        }
        for (text, error) in [
            ("10.0.0.0", "no '/'"),
            ("10.0.0.0/", "bad bits after slash: \"\""),
            ("10.0.0.0/08", "bad bits after slash: \"08\""),
            ("10.0.0.0/+8", "bad bits after slash: \"+8\""),
            ("10.0.0.0/33", "prefix length out of range"),
            ("fe80::%a/64", "IPv6 zones cannot be present in a prefix"),
        ] {
            assert_eq!(prefix(text).unwrap_err(), format!("netip.ParsePrefix({text:?}): {error}"));
        }
    }

    #[test]
    fn zones_and_mapped_addresses_are_no_values() {
        assert!(Ip::parse("fe80::1%eth0").unwrap_err().contains("with zone value is not allowed"));
        assert!(Ip::parse("::ffff:1.2.3.4").unwrap_err().contains("IPv4-mapped"));
        assert!(Cidr::parse("::ffff:1.2.3.4/120").unwrap_err().contains("IPv4-mapped"));
    }

    #[test]
    fn a_range_keeps_its_address_until_it_is_masked() {
        let cidr = Cidr::parse("192.168.7.9/16").unwrap();
        assert_eq!(
            (cidr.to_string(), cidr.masked().to_string()),
            ("192.168.7.9/16".into(), "192.168.0.0/16".into())
        );
        assert_ne!(cidr, cidr.masked());
        assert!(cidr.contains_cidr(Cidr::parse("192.168.255.0/24").unwrap()));
        assert!(!cidr.contains_cidr(Cidr::parse("192.0.0.0/8").unwrap()));
        assert!(!Cidr::parse("0.0.0.0/0").unwrap().contains(Ip::parse("::1").unwrap()));
        assert_eq!(Cidr::parse("ff::1/0").unwrap().masked().to_string(), "::/0");
    }

    proptest! {
        #[test]
        fn what_std_reads_is_read_the_same(text in "[0-9a-f:.]{0,24}") {
            let own = address(&text).ok().map(|(ip, _)| ip);
            prop_assert_eq!(own, text.parse::<IpAddr>().ok(), "{}", text);
        }

        #[test]
        fn ranges_contain_what_their_bits_say(one: u32, two: u32, bits in 0u8..=32) {
            let cidr = Cidr { ip: Ip(IpAddr::V4(one.into())), bits };
            let same = bits == 0 || (one ^ two) >> (32 - bits) == 0;
            prop_assert_eq!(cidr.contains(Ip(IpAddr::V4(two.into()))), same);
        }

        #[test]
        fn ranges_of_ipv6_contain_what_their_bits_say(one: u128, flip in 0u32..128, bits in 0u8..=128) {
            let cidr = Cidr { ip: Ip(IpAddr::V6(one.into())), bits };
            let other = Ip(IpAddr::V6((one ^ (1 << (127 - flip))).into()));
            prop_assert_eq!(cidr.contains(other), flip >= u32::from(bits));
            prop_assert_eq!(Cidr::parse(&cidr.to_string()).ok(), Some(cidr).filter(|cidr| !is_mapped(cidr.ip.0)));
        }
    }
}
