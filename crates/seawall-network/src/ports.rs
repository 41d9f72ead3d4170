//! Protocols and sets of ports.
//!
//! All protocols share one number line, far enough apart that intervals of two protocols never touch; what is neither
//! TCP nor UDP nor SCTP (ICMP above all) has a point for each number that IP knows.

use crate::intervals::Intervals;

/// A transport protocol that policies know, or any other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// `TCP`
    Tcp,
    /// `UDP`
    Udp,
    /// `SCTP`
    Sctp,
    /// Anything without ports: ICMP, ESP, GRE …
    Other,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: [Protocol; 4] = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp, Protocol::Other];
    /// The protocols that have ports.
    pub const WITH_PORTS: [Protocol; 3] = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp];

    /// As the API writes it; `other` for what the API has no name for.
    pub const fn as_str(self) -> &'static str {
        match self {
            Protocol::Tcp => "TCP",
            Protocol::Udp => "UDP",
            Protocol::Sctp => "SCTP",
            Protocol::Other => "other",
        }
    }

    /// Reads `TCP`, `UDP`, `SCTP` exactly as the API does.
    pub fn of_api(text: &str) -> Option<Self> {
        Protocol::WITH_PORTS.into_iter().find(|protocol| protocol.as_str() == text)
    }

    const fn base(self) -> u32 {
        // Twice the number of ports: a gap between neighbours.
        (self as u32) << 17
    }

    fn first(self) -> u32 {
        match self {
            Protocol::Other => self.base(),
            _ => self.base() + 1,
        }
    }

    fn last(self) -> u32 {
        match self {
            Protocol::Other => self.base() + u32::from(u8::MAX),
            _ => self.base() + u32::from(u16::MAX),
        }
    }
}

impl std::str::FromStr for Protocol {
    type Err = UnknownProtocol;

    /// Case does not matter; `icmp` is `other`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "tcp" => Ok(Protocol::Tcp),
            "udp" => Ok(Protocol::Udp),
            "sctp" => Ok(Protocol::Sctp),
            "other" | "icmp" => Ok(Protocol::Other),
            _ => Err(UnknownProtocol),
        }
    }
}

/// A word that is no protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a protocol: expected `tcp`, `udp`, `sctp` or `other`")]
pub struct UnknownProtocol;

impl std::fmt::Display for Protocol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of (protocol, port). Ports are 1 to 65535; 0 is no port.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortSet(Intervals<u32>);

impl PortSet {
    pub(crate) const NONE: PortSet = PortSet(Intervals::EMPTY);

    /// No connection.
    pub fn none() -> Self {
        Self::NONE
    }

    /// Every connection, of every protocol.
    pub fn all() -> Self {
        PortSet(Intervals::of(Protocol::ALL.map(|protocol| (protocol.first(), protocol.last()))))
    }

    /// Every port of a protocol.
    pub fn of_protocol(protocol: Protocol) -> Self {
        PortSet(Intervals::of([(protocol.first(), protocol.last())]))
    }

    /// Every connection of an IP protocol by its number (IANA's registry): 1 for ICMP, 58 for ICMPv6 …
    pub fn ip_protocol(number: u8) -> Self {
        match number {
            6 => Self::of_protocol(Protocol::Tcp),
            17 => Self::of_protocol(Protocol::Udp),
            132 => Self::of_protocol(Protocol::Sctp),
            _ => {
                let point = Protocol::Other.base() + u32::from(number);
                PortSet(Intervals::of([(point, point)]))
            }
        }
    }

    /// The ports of a protocol from `from` to `to`, both included; for [`Protocol::Other`] the numbers do not matter.
    pub fn range(protocol: Protocol, from: u16, to: u16) -> Self {
        if protocol == Protocol::Other {
            return Self::of_protocol(protocol);
        }
        let base = protocol.base();
        PortSet(Intervals::of([(base + u32::from(from.max(1)), base + u32::from(to))]))
    }

    /// One port.
    pub fn port(protocol: Protocol, port: u16) -> Self {
        Self::range(protocol, port, port)
    }

    /// Whether there is no connection.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every port of TCP, UDP and SCTP is in it, whatever holds for other protocols, of which
    /// `networking.k8s.io/v1` says nothing.
    pub fn is_all(&self) -> bool {
        self.0.ranges().len() >= Protocol::WITH_PORTS.len()
            && Protocol::WITH_PORTS.into_iter().all(|protocol| Self::of_protocol(protocol).is_subset(self))
    }

    /// Whether a connection is in it; for [`Protocol::Other`] the port is the number of the protocol, and 0 one that no
    /// rule names.
    pub fn contains(&self, protocol: Protocol, port: u16) -> bool {
        self.holds(Point::new(protocol, port))
    }

    pub(crate) fn holds(&self, point: Point) -> bool {
        self.0.contains(point.0)
    }

    /// What is in one of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        PortSet(self.0.union(&other.0))
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        PortSet(self.0.intersection(&other.0))
    }

    /// What is here and not there.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        PortSet(self.0.difference(&other.0))
    }

    /// Whether all of it is in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Whether both have something in common.
    pub fn meets(&self, other: &Self) -> bool {
        self.0.meets(&other.0)
    }

    /// The ranges of ports of a protocol, ascending; of numbers of protocols for [`Protocol::Other`].
    pub fn ranges(&self, protocol: Protocol) -> impl Iterator<Item = (u16, u16)> + '_ {
        let (first, last, base) = (protocol.first(), protocol.last(), protocol.base());
        let inside = self.0.ranges().iter().filter(move |(from, _)| (first..=last).contains(from));
        let number = move |point: u32| u16::try_from(point - base).unwrap_or(u16::MAX);
        inside.map(move |(from, to)| (number(*from), number(*to)))
    }

    /// One connection of each interval of constant membership in all of `sets`, within `self`.
    pub(crate) fn pieces(&self, sets: &[&PortSet]) -> Vec<PortSet> {
        let mut starts: Vec<u32> = Vec::new();
        for set in sets.iter().copied().chain([self]) {
            starts.extend(set.0.ranges().iter().flat_map(|(from, to)| [*from, *to + 1]));
        }
        starts.sort_unstable();
        starts.dedup();
        let mut pieces = Vec::new();
        for (at, start) in starts.iter().enumerate() {
            let end = starts.get(at + 1).map_or(*start, |next| next - 1);
            if self.0.contains(*start) {
                pieces.push(PortSet(Intervals::of([(*start, end)])));
            }
        }
        pieces
    }

    pub(crate) fn first(&self) -> Option<Point> {
        self.0.ranges().first().map(|(from, _)| Point(*from))
    }
}

/// One connection: a point of the number line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Point(u32);

impl Point {
    pub(crate) fn new(protocol: Protocol, port: u16) -> Self {
        match protocol {
            Protocol::Other => Point(protocol.base() + u32::from(port.min(u16::from(u8::MAX)))),
            _ => Point(protocol.base() + u32::from(port)),
        }
    }
}

/// Writes protocols without ports by name where each of them has one; says whether it did.
fn write_single(f: &mut std::fmt::Formatter<'_>, ranges: &[(u16, u16)]) -> Result<bool, std::fmt::Error> {
    let named = |(from, to): &(u16, u16)| match (from, to) {
        (1, 1) => Some("ICMP"),
        (58, 58) => Some("ICMPv6"),
        _ => None,
    };
    let Some(names) = ranges.iter().map(named).collect::<Option<Vec<_>>>() else { return Ok(false) };
    f.write_str(&names.join("; "))?;
    Ok(true)
}

impl std::fmt::Display for PortSet {
    /// `all`, `none`, or `TCP 80,443,8000-8100; UDP 53`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        if *self == Self::all() {
            return f.write_str("all");
        }
        let mut first = true;
        for protocol in Protocol::ALL {
            let ranges: Vec<(u16, u16)> = self.ranges(protocol).collect();
            if ranges.is_empty() {
                continue;
            }
            f.write_str(if first { "" } else { "; " })?;
            first = false;
            if protocol == Protocol::Other && write_single(f, &ranges)? {
                continue;
            }
            write!(f, "{protocol}")?;
            if Self::of_protocol(protocol).is_subset(self) {
                continue;
            }
            for (at, (from, to)) in ranges.iter().enumerate() {
                f.write_str(if at == 0 { " " } else { "," })?;
                if from == to { write!(f, "{from}")? } else { write!(f, "{from}-{to}")? }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_do_not_touch() {
        let all = PortSet::all();
        assert!(all.is_all());
        for protocol in Protocol::ALL {
            assert_eq!(all.ranges(protocol).count(), 1);
        }
        let without = all.difference(&PortSet::of_protocol(Protocol::Other));
        assert!(without.is_all());
        assert_eq!(without.to_string(), "TCP; UDP; SCTP");
        assert!(!all.difference(&PortSet::port(Protocol::Sctp, 65_535)).is_all());
    }

    #[test]
    fn port_zero_is_no_port() {
        assert!(PortSet::port(Protocol::Tcp, 0).is_empty());
        assert!(!PortSet::all().contains(Protocol::Tcp, 0));
        assert!(PortSet::all().contains(Protocol::Other, 0));
    }

    #[test]
    fn shows_itself() {
        let set = PortSet::port(Protocol::Udp, 53)
            .union(&PortSet::range(Protocol::Tcp, 8000, 8100))
            .union(&PortSet::port(Protocol::Tcp, 80));
        assert_eq!(set.to_string(), "TCP 80,8000-8100; UDP 53");
        assert_eq!(PortSet::all().to_string(), "all");
        assert_eq!(PortSet::none().to_string(), "none");
        let ping = PortSet::ip_protocol(1);
        assert_eq!(ping.union(&PortSet::port(Protocol::Tcp, 80)).to_string(), "TCP 80; ICMP");
        assert_eq!(ping.union(&PortSet::ip_protocol(58)).to_string(), "ICMP; ICMPv6");
        assert_eq!(PortSet::of_protocol(Protocol::Other).difference(&ping).to_string(), "other 0,2-255");
    }

    #[test]
    fn other_protocols_are_told_apart() {
        let ping = PortSet::ip_protocol(1);
        assert!(ping.contains(Protocol::Other, 1) && !ping.contains(Protocol::Other, 47));
        assert_eq!(PortSet::ip_protocol(6), PortSet::of_protocol(Protocol::Tcp));
        assert!(ping.is_subset(&PortSet::all()));
    }

    #[test]
    fn pieces_are_constant() {
        let a = PortSet::range(Protocol::Tcp, 10, 20);
        let b = PortSet::range(Protocol::Tcp, 15, 30);
        let pieces = PortSet::of_protocol(Protocol::Tcp).pieces(&[&a, &b]);
        let shown: Vec<String> = pieces.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["TCP 1-9", "TCP 10-14", "TCP 15-20", "TCP 21-30", "TCP 31-65535"]);
    }
}
