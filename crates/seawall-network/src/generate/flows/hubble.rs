//! Flows of Hubble: `hubble observe -o json` and the exporter's files.
//!
//! Source: `flow.proto` of Cilium (`verdict`, `is_reply`, `l4`, `source`, `destination`) and its reserved identities.

use seawall_yaml::Node;

use super::{Flow, FlowEnd, Reading, Role, label, protocol, single, time};
use crate::ports::PortSet;

/// Sources of labels that Cilium puts before the keys of a pod's own.
const LABEL_SOURCE: &str = "k8s:";
/// Keys that Cilium adds to the labels of a pod.
const ADDED: [&str; 2] = ["io.cilium.", "io.kubernetes.pod."];

pub(super) fn record(flow: Node<'_>, line: u32, reading: &mut Reading<'_>) {
    if flow.bool("is_reply") == Some(true)
        || flow.get("is_reply").is_none() && flow.bool("reply") == Some(true)
    {
        reading.read.replies += 1;
        return;
    }
    let allowed = match flow.str("verdict") {
        Some("FORWARDED" | "REDIRECTED" | "TRACED" | "TRANSLATED" | "AUDIT") => true,
        Some("DROPPED" | "ERROR") => false,
        _ => {
            reading.read.other += 1;
            return;
        }
    };
    let l4 = flow.get("l4").into_iter().flat_map(Node::entries);
    let with_port = l4.filter_map(|(name, l4)| Some((protocol(name)?, l4))).next();
    let Some((protocol, l4)) = with_port else {
        reading.read.without_ports += 1;
        return;
    };
    let port = l4.int("destination_port").and_then(|port| u16::try_from(port).ok()).unwrap_or(0);
    let address = |key: &str| flow.get("IP").and_then(|ip| ip.str(key)).unwrap_or("");
    let src = end(flow.get("source"), address("source"));
    let dst = end(flow.get("destination"), address("destination"));
    let time = flow.str("time").and_then(time);
    reading.flow(line, Flow { src, dst, ports: PortSet::port(protocol, port), allowed, time });
}

fn end(node: Option<Node<'_>>, address: &str) -> FlowEnd {
    let mut end = FlowEnd { addresses: single(address), ..FlowEnd::default() };
    let Some(node) = node else { return end };
    node.str("namespace").unwrap_or("").clone_into(&mut end.namespace);
    node.str("pod_name").unwrap_or("").clone_into(&mut end.pod);
    let workload = node.list("workloads").next();
    end.workload = workload.and_then(|one| Some((one.str("kind")?.to_owned(), one.str("name")?.to_owned())));
    for text in node.list("labels").filter_map(Node::as_str) {
        if let Some(own) = text.strip_prefix(LABEL_SOURCE) {
            if !ADDED.iter().any(|added| own.starts_with(added)) {
                end.labels.push(label(own));
            }
            continue;
        }
        // Several reserved labels stand beside each other on nodes that run the API server.
        match text {
            "reserved:kube-apiserver" => end.role = Role::ApiServer,
            "reserved:host" if end.role == Role::Plain => end.role = Role::OwnNode,
            "reserved:remote-node" if end.role != Role::ApiServer => end.role = Role::OtherNode,
            _ => {}
        }
    }
    end.labels.sort();
    end
}
