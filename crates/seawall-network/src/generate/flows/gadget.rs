//! Traces of the network by Inspektor Gadget: what `advise network-policy monitor` writes and `report` reads, and the
//! records of the image-based `advise_networkpolicy` and `trace network`.
//!
//! Source: the fields of `pkg/gadgets/trace/network/types` (`pktType`, `podLabels`, `remoteKind` …) and of
//! `gadgets/advise_networkpolicy` (`k8s`, `endpoint`, `egress`: 1 for what leaves the pod).

use seawall_yaml::Node;

use super::{Flow, FlowEnd, Reading, Role, label, protocol, single, time};
use crate::ports::PortSet;

pub(super) fn record(root: Node<'_>, line: u32, reading: &mut Reading<'_>) {
    match root.get("endpoint") {
        Some(endpoint) => by_image(root, endpoint, line, reading),
        None => built_in(root, line, reading),
    }
}

fn labels(node: Option<Node<'_>>) -> Vec<(String, String)> {
    let Some(node) = node else { return Vec::new() };
    let mut labels: Vec<(String, String)> = match node.as_str() {
        Some(text) => text.split(',').filter(|pair| !pair.is_empty()).map(label).collect(),
        None => node
            .entries()
            .filter_map(|(key, value)| Some((key.to_owned(), value.as_str()?.to_owned())))
            .collect(),
    };
    labels.sort();
    labels
}

fn number(node: Option<Node<'_>>) -> u16 {
    node.and_then(|node| u16::try_from(node.as_i64().or_else(|| node.as_str()?.parse().ok())?).ok())
        .unwrap_or(0)
}

fn text(node: Node<'_>, key: &str) -> String {
    node.str(key).unwrap_or("").to_owned()
}

/// Both sides of a record: the pod that was watched, and whom it talked to.
fn send(
    line: u32,
    reading: &mut Reading<'_>,
    own: FlowEnd,
    other: FlowEnd,
    outgoing: bool,
    what: (&str, u16),
    at: Option<String>,
) {
    let Some(protocol) = protocol(what.0) else {
        reading.read.without_ports += 1;
        return;
    };
    let (src, dst) = if outgoing { (own, other) } else { (other, own) };
    reading.flow(line, Flow { src, dst, ports: PortSet::port(protocol, what.1), allowed: true, time: at });
}

fn built_in(root: Node<'_>, line: u32, reading: &mut Reading<'_>) {
    let outgoing = match root.str("pktType") {
        Some("OUTGOING") => true,
        Some("HOST") => false,
        _ => {
            reading.read.other += 1;
            return;
        }
    };
    let Some(proto) = root.str("proto") else {
        // Other gadgets write packets too: DNS questions have no protocol there.
        reading.read.other += 1;
        return;
    };
    let own = FlowEnd {
        namespace: text(root, "namespace"),
        pod: text(root, "pod"),
        labels: labels(root.get("podLabels")),
        addresses: single(root.str("podIP").unwrap_or("")),
        ..FlowEnd::default()
    };
    // Three generations of names.
    let first = |keys: [&str; 3]| keys.into_iter().find_map(|key| root.str(key)).unwrap_or("").to_owned();
    let name = first(["remoteName", "remotePodName", "remoteServiceName"]);
    let is = |kind: &str| root.str("remoteKind") == Some(kind);
    let mut other = FlowEnd {
        namespace: first(["remoteNamespace", "remotePodNamespace", "remoteServiceNamespace"]),
        pod: if is("pod") { name.clone() } else { String::new() },
        service: is("svc").then_some(name),
        labels: if is("pod") {
            labels(root.get("remoteLabels").or(root.get("remotePodLabels")))
        } else {
            Vec::new()
        },
        addresses: single(&first(["remoteAddr", "addr", "ip"])),
        ..FlowEnd::default()
    };
    // The node of the pod itself: its kubelet, or a connection that it carries.
    let host = single(root.str("podHostIP").unwrap_or(""));
    if !host.is_empty() && host == other.addresses && !is("pod") {
        other.role = Role::OwnNode;
    }
    let at = root.str("timestamp").and_then(time);
    send(line, reading, own, other, outgoing, (proto, number(root.get("port"))), at);
}

fn by_image(root: Node<'_>, endpoint: Node<'_>, line: u32, reading: &mut Reading<'_>) {
    let Some(k8s) = root.get("k8s") else {
        reading.read.other += 1;
        return;
    };
    let outgoing = match root.get("egress") {
        Some(node) => node.as_bool().or(node.as_i64().map(|number| number != 0)),
        None => None,
    };
    let Some(outgoing) = outgoing else {
        reading.read.other += 1;
        return;
    };
    let owner = k8s
        .get("owner")
        .and_then(|owner| Some((owner.str("kind")?.to_owned(), owner.str("name")?.to_owned())));
    let own = FlowEnd {
        namespace: text(k8s, "namespace"),
        pod: text(k8s, "podName"),
        workload: owner,
        labels: labels(k8s.get("podLabels")),
        addresses: single(k8s.str("podIP").unwrap_or("")),
        ..FlowEnd::default()
    };
    let remote = endpoint.get("k8s");
    let word = |key: &str| remote.and_then(|remote| remote.str(key)).unwrap_or("").to_owned();
    let kind = word("kind");
    let other = FlowEnd {
        namespace: word("namespace"),
        pod: if kind == "pod" { word("name") } else { String::new() },
        service: (kind == "svc").then(|| word("name")),
        labels: if kind == "pod" {
            labels(remote.and_then(|remote| remote.get("labels")))
        } else {
            Vec::new()
        },
        addresses: single(endpoint.str("addr").unwrap_or("")),
        ..FlowEnd::default()
    };
    let proto = endpoint.str("proto").unwrap_or("");
    let at = root.str("timestamp").and_then(time);
    send(line, reading, own, other, outgoing, (proto, number(endpoint.get("port"))), at);
}
