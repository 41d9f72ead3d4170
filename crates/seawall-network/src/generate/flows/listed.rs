//! Lists of connections as `seawall network list` and netpol-analyzer write them.

use std::net::IpAddr;

use seawall_yaml::Node;

use super::{Flow, FlowEnd, Reading, protocol};
use crate::addresses::AddressSet;
use crate::ports::PortSet;

pub(super) fn record(root: Node<'_>, line: u32, reading: &mut Reading<'_>) {
    let word = |key: &str| root.str(key).unwrap_or("");
    row(word("src"), word("dst"), word("conn"), line, reading);
}

/// One row of a list.
pub(super) fn row(src: &str, dst: &str, conn: &str, line: u32, reading: &mut Reading<'_>) {
    let ends = (end(src), end(dst));
    match (ends, connections(conn)) {
        ((Some(src), Some(dst)), Some(ports)) => {
            reading.flow(line, Flow { src, dst, ports, allowed: true, time: None });
        }
        _ => {
            let message = "this row names no connection: it is left out";
            let cause = "expected `namespace/name[Kind]` or `from-to[External]`, and `TCP 80,443` or `All Connections`";
            reading.problem(line, message, Some(cause.to_owned()));
        }
    }
}

/// `namespace/name[Kind]`, `Kind/namespace/name`, `namespace/pod`, `10.0.0.0-10.0.0.9[External]`, an address or a CIDR.
pub(super) fn end(text: &str) -> Option<FlowEnd> {
    let text = text.trim();
    let plain = text.strip_suffix("[External]").unwrap_or(text);
    if let Some(addresses) = addresses(plain) {
        return Some(FlowEnd { addresses, ..FlowEnd::default() });
    }
    // A number behind tells variants of a workload apart.
    let text = text.rsplit_once('#').map_or(text, |(text, _)| text);
    let (kind, namespace, name) = match text.split('/').collect::<Vec<_>>().as_slice() {
        [kind, namespace, name] => (Some(*kind), *namespace, *name),
        [namespace, name] => match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            Some((name, kind)) => (Some(kind), *namespace, name),
            None => (None, *namespace, *name),
        },
        _ => return None,
    };
    if namespace.is_empty() || name.is_empty() {
        return None;
    }
    let mut end = FlowEnd { namespace: namespace.to_owned(), ..FlowEnd::default() };
    match kind {
        Some("Service" | "service" | "svc") => end.service = Some(name.to_owned()),
        Some("Pod" | "pod") | None => name.clone_into(&mut end.pod),
        Some(kind) => end.workload = Some((kind.to_owned(), name.to_owned())),
    }
    Some(end)
}

fn addresses(text: &str) -> Option<AddressSet> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(AddressSet::of([address]));
    }
    if let Some(block) = AddressSet::cidr(text) {
        return Some(block);
    }
    let (from, to) = text.split_once('-')?;
    let range = AddressSet::range(from.parse().ok()?, to.parse().ok()?);
    (!range.is_empty()).then_some(range)
}

/// `All Connections`, or `SCTP 1-65535,TCP 80,443,UDP 53`.
fn connections(text: &str) -> Option<PortSet> {
    let text = text.trim();
    if text == "All Connections" {
        return Some(PortSet::all());
    }
    let mut all = PortSet::none();
    let mut current = None;
    for part in text.split([',', ';']).map(str::trim) {
        let (named, range) = match part.split_once(' ') {
            Some((name, range)) => (Some(protocol(name)?), range.trim()),
            None => match protocol(part) {
                Some(whole) => {
                    all = all.union(&PortSet::of_protocol(whole));
                    current = None;
                    continue;
                }
                None => (current, part),
            },
        };
        current = named;
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        let (from, to) = (from.parse::<u16>().ok()?, to.parse::<u16>().ok()?);
        if from == 0 || from > to {
            return None;
        }
        all = all.union(&PortSet::range(named?, from, to));
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_of_both_writers() {
        for text in ["TCP 80,443,UDP 53", "SCTP 1-65535,TCP 80", "TCP 80; UDP 53", "TCP"] {
            assert!(connections(text).is_some(), "{text}");
        }
        assert_eq!(connections("All Connections"), Some(PortSet::all()));
        assert_eq!(connections("TCP 80,443").unwrap().to_string(), "TCP 80,443");
        for wrong in ["", "80", "TCP 0", "TCP 9-1", "HTTP 80", "TCP 70000", "No Connections"] {
            assert_eq!(connections(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ends_of_all_forms() {
        assert_eq!(
            end("shop/web[Deployment]#1").unwrap().workload,
            Some(("Deployment".into(), "web".into()))
        );
        assert_eq!(end("StatefulSet/shop/db").unwrap().workload, Some(("StatefulSet".into(), "db".into())));
        assert_eq!(end("shop/web-1").unwrap().pod, "web-1");
        assert_eq!(end("Service/shop/web").unwrap().service, Some("web".into()));
        assert_eq!(end("1.2.3.4-1.2.3.7[External]").unwrap().addresses.cidrs(), ["1.2.3.4/30"]);
        assert_eq!(end("10.0.0.0/8").unwrap().addresses.cidrs(), ["10.0.0.0/8"]);
        for wrong in ["", "web", "/web", "a/b/c/d", "9.9.9.9-1.1.1.1[External]"] {
            assert_eq!(end(wrong), None, "{wrong}");
        }
    }
}
