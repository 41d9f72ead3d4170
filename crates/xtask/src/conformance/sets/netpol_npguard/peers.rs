//! Peers, ports and selectors of the labels in a form that can be compared.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

/// Ranges of ports by protocol, without empty ones.
pub(super) type PortMap = BTreeMap<String, BTreeSet<(u16, u16)>>;

/// What holds between two ends: for ends inside the cluster the ports, for the outside ports by range of addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) inside: Vec<PortMap>,
    pub(super) outside: Vec<(u32, u32, PortMap)>,
}

/// The address range of a peer outside; `Ok(None)` for a peer inside, `Err` for one of IPv6, which the labels leave out.
pub(super) fn external(peer: &str) -> Result<Option<(u32, u32)>, ()> {
    let Some((from, to)) = peer.strip_suffix("[External]").and_then(|range| range.split_once('-')) else {
        return Ok(None);
    };
    match (from.parse(), to.parse()) {
        (Ok(IpAddr::V4(from)), Ok(IpAddr::V4(to))) => Ok(Some((u32::from(from), u32::from(to)))),
        _ => Err(()),
    }
}

impl Held {
    pub(super) fn add(&mut self, range: Option<(u32, u32)>, ports: PortMap) {
        match range {
            Some((from, to)) => self.outside.push((from, to, ports)),
            None => self.inside.push(ports),
        }
    }

    fn borders(&self) -> impl Iterator<Item = u32> + '_ {
        self.outside.iter().flat_map(|(from, to, _)| [Some(*from), to.checked_add(1)]).flatten()
    }

    fn at(&self, address: u32) -> BTreeSet<&PortMap> {
        let rows = self.outside.iter().filter(|(from, to, _)| (*from..=*to).contains(&address));
        rows.map(|(_, _, ports)| ports).collect()
    }

    /// How it differs from what was expected, in words.
    pub(super) fn differs(&self, expected: &Held) -> Option<String> {
        let mut said: Vec<_> = self.inside.iter().collect();
        let mut wanted: Vec<_> = expected.inside.iter().collect();
        for side in [&mut said, &mut wanted] {
            side.sort();
            side.dedup();
        }
        if said != wanted {
            return Some(format!("{said:?} instead of {wanted:?}"));
        }
        let starts: BTreeSet<u32> = self.borders().chain(expected.borders()).collect();
        for start in starts {
            if self.at(start) != expected.at(start) {
                let address = Ipv4Addr::from(start);
                let (said, wanted) = (self.at(start), expected.at(start));
                return Some(format!("from {address} on {said:?} instead of {wanted:?}"));
            }
        }
        None
    }
}

/// Every port of the three protocols.
pub(super) fn all_ports() -> PortMap {
    ["TCP", "UDP", "SCTP"].map(|protocol| (protocol.to_owned(), BTreeSet::from([(1, 65_535)]))).into()
}

/// Reads `All Connections`, `No Connections`, `SCTP 1-65535,TCP 80,443`.
pub(super) fn ports_of_text(text: &str) -> Option<PortMap> {
    match text {
        "All Connections" => return Some(all_ports()),
        "No Connections" => return Some(PortMap::new()),
        _ => {}
    }
    let mut ports = PortMap::new();
    let mut protocol = "";
    for part in text.split(',') {
        let range = match part.split_once(' ') {
            Some((word, range)) => {
                protocol = word;
                range
            }
            None => part,
        };
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        ports.entry(protocol.to_owned()).or_default().insert((from.parse().ok()?, to.parse().ok()?));
    }
    Some(ports)
}

/// A text of selectors in an order of its own: `[namespace with {b=1,a=2}]/[all pods]`.
pub(super) fn normal_selectors(text: &str) -> String {
    text.split("]/[").map(normal_selector).collect::<Vec<_>>().join("]/[")
}

fn normal_selector(text: &str) -> String {
    let Some((head, rest)) = text.split_once(" with {") else { return text.to_owned() };
    let Some((inner, tail)) = rest.rsplit_once('}') else { return text.to_owned() };
    let mut parts: Vec<String> = vec![String::new()];
    let mut depth = 0;
    for letter in inner.chars() {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        if letter == ',' && depth == 0 {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(letter);
        }
    }
    let mut parts: Vec<String> = parts.iter().map(|part| normal_requirement(part)).collect();
    parts.sort();
    format!("{head} with {{{}}}{tail}", parts.join(","))
}

/// `{Key:k,Operator:In,Values:[v],}` means `k=v`; values have no order.
fn normal_requirement(text: &str) -> String {
    let inner = text.strip_prefix("{Key:").and_then(|rest| rest.strip_suffix(",}"));
    let Some((key, rest)) = inner.and_then(|inner| inner.split_once(",Operator:")) else {
        return text.to_owned();
    };
    let Some((operator, values)) = rest.split_once(",Values:[") else { return text.to_owned() };
    let mut values: Vec<&str> = values.trim_end_matches(']').split_whitespace().collect();
    values.sort_unstable();
    match (operator, values.as_slice()) {
        ("In", [value]) => format!("{key}={value}"),
        _ => format!("{key} {operator} {}", values.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_have_no_order() {
        let a = "[namespace with {b=1,{Key:a,Operator:NotIn,Values:[y x],}}]/[pod with {{Key:k,Operator:In,Values:[v],}}]";
        let b = "[namespace with {{Key:a,Operator:NotIn,Values:[x y],},b=1}]/[pod with {k=v}]";
        assert_eq!(normal_selectors(a), normal_selectors(b));
        assert_eq!(normal_selectors("ns/[all pods]"), "ns/[all pods]");
    }

    #[test]
    fn ranges_compare_by_address() {
        let ports = ports_of_text("TCP 80,90-91,UDP 53").unwrap();
        assert_eq!(ports.get("TCP").unwrap().len(), 2);
        let (mut a, mut b) = (Held::default(), Held::default());
        a.add(external("0.0.0.0-0.0.0.9[External]").unwrap(), ports.clone());
        b.add(external("0.0.0.0-0.0.0.4[External]").unwrap(), ports.clone());
        assert!(a.differs(&b).is_some());
        b.add(external("0.0.0.5-0.0.0.9[External]").unwrap(), ports);
        assert_eq!(a.differs(&b), None);
        assert!(external("::-::1[External]").is_err());
    }
}
