//! Services that are ways in themselves: load balancers, node ports, external IPs.
//!
//! Source: the Service documentation of Kubernetes; kube-proxy filters `loadBalancerSourceRanges` on the address of the
//! load balancer only, so that the node port of the same Service stays open to everybody.

use seawall_core::Confidence;
use seawall_inventory::{Inventory, Resource};
use seawall_yaml::Node;

use super::address::{Ranges, all_private, is_private, ranges};
use super::backend::{Backends, Served, ServicePort};
use super::hints::{internal_annotation, internal_by_default};
use super::{Arrival, EntryKind, EntryPoint, Evidence, SERVICE, Scope, Tls, field};

/// Node ports, load balancers and external IPs.
pub(super) fn entries<'i>(inventory: &'i Inventory, backends: &Backends<'i>) -> Vec<EntryPoint> {
    let mut entries = Vec::new();
    for service in inventory.of_kind(SERVICE) {
        let Some(spec) = service.root().get("spec") else { continue };
        let kind = spec.str("type").unwrap_or("ClusterIP");
        let balancer = kind == "LoadBalancer";
        let node_ports =
            kind == "NodePort" || balancer && spec.bool("allocateLoadBalancerNodePorts") != Some(false);
        let external = spec.list("externalIPs").next().is_some() && kind != "ExternalName";
        if !node_ports && !balancer && !external {
            continue;
        }
        for served in backends.served(service, ServicePort::Any) {
            if balancer {
                entries.push(load_balancer(service, spec, &served));
            }
            if node_ports {
                entries.push(node_port(service, spec, &served));
            }
            if external {
                entries.push(external_ip(service, spec, &served));
            }
        }
    }
    entries
}

fn entry(service: &Resource, spec: Node<'_>, served: &Served, kind: EntryKind, keys: &[&str]) -> EntryPoint {
    let preserved = spec.str("externalTrafficPolicy") == Some("Local");
    let mut evidence = vec![Evidence { place: field(service, keys), note: note(kind).to_owned() }];
    if preserved {
        evidence.push(Evidence {
            place: field(service, &["spec", "externalTrafficPolicy"]),
            note: "clients keep their address".to_owned(),
        });
    }
    let mut notes = Vec::new();
    if served.backends.is_empty() {
        notes.push("no pod here is selected".to_owned());
    }
    EntryPoint {
        kind,
        object: service.id(),
        hosts: Vec::new(),
        port: Some(served.port),
        protocol: served.protocol,
        tls: Tls::None,
        sources: Vec::new(),
        scope: Scope::Internet,
        arrival: if preserved { Arrival::Client } else { Arrival::ClientOrNode },
        backends: served.backends.clone(),
        evidence,
        confidence: Confidence::High,
        notes,
    }
}

const fn note(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::LoadBalancer => "asks for a load balancer",
        EntryKind::NodePort => "opens a port on every node",
        _ => "takes traffic for these addresses",
    }
}

fn load_balancer(service: &Resource, spec: Node<'_>, served: &Served) -> EntryPoint {
    let mut entry = entry(service, spec, served, EntryKind::LoadBalancer, &["spec", "type"]);
    let annotations = service.metadata().and_then(|metadata| metadata.get("annotations"));
    let given = service.root().path(&["status", "loadBalancer"]);
    let addresses = given.into_iter().flat_map(|given| given.list("ingress"));
    entry.hosts =
        addresses.filter_map(|item| item.str("hostname").or(item.str("ip"))).map(Into::into).collect();
    entry.sources = source_ranges(service, spec);
    if !entry.sources.is_empty() {
        let place = field(service, &["spec", "loadBalancerSourceRanges"]);
        entry.evidence.push(Evidence { place, note: "only these ranges may knock".to_owned() });
    }
    entry.scope = if let Some(key) = internal_annotation(annotations) {
        entry.evidence.push(Evidence {
            place: field(service, &["metadata", "annotations", key]),
            note: "asks for an internal load balancer".to_owned(),
        });
        Scope::Internal(format!("annotation `{key}`"))
    } else if let Some(why) = internal_by_default(service) {
        Scope::Internal(why.to_owned())
    } else if given.is_some_and(|given| all_private(given.list("ingress"))) {
        Scope::Internal("it was given private addresses only".to_owned())
    } else if ranges(spec.list("loadBalancerSourceRanges")) == Ranges::Private {
        Scope::Internal("only private ranges may knock".to_owned())
    } else {
        Scope::Internet
    };
    // A proxy in the cloud's network may decrypt; the certificate is named in an annotation.
    if service.annotation("service.beta.kubernetes.io/aws-load-balancer-ssl-cert").is_some() {
        entry.tls = Tls::Terminated;
    }
    entry
}

/// `loadBalancerSourceRanges`, else the annotation that came before the field.
fn source_ranges(service: &Resource, spec: Node<'_>) -> Vec<String> {
    let written: Vec<String> = spec
        .list("loadBalancerSourceRanges")
        .filter_map(Node::as_str)
        .map(|range| range.trim().into())
        .collect();
    if !written.is_empty() {
        return written;
    }
    let old = service.annotation("service.beta.kubernetes.io/load-balancer-source-ranges").unwrap_or("");
    old.split(',').map(str::trim).filter(|range| !range.is_empty()).map(Into::into).collect()
}

fn node_port(service: &Resource, spec: Node<'_>, served: &Served) -> EntryPoint {
    let mut entry = entry(service, spec, served, EntryKind::NodePort, &["spec", "type"]);
    entry.port = served.node_port;
    entry.scope = Scope::Nodes;
    entry.confidence = Confidence::Medium;
    if entry.port.is_none() {
        entry.notes.push("the cluster chooses the node port".to_owned());
    }
    if spec.list("loadBalancerSourceRanges").next().is_some() {
        entry.notes.push("`loadBalancerSourceRanges` do not hold for the node port".to_owned());
    }
    entry
}

fn external_ip(service: &Resource, spec: Node<'_>, served: &Served) -> EntryPoint {
    let mut entry = entry(service, spec, served, EntryKind::ExternalIp, &["spec", "externalIPs"]);
    entry.hosts = spec.list("externalIPs").filter_map(Node::as_str).map(Into::into).collect();
    let private = |address: &String| address.parse::<std::net::IpAddr>().is_ok_and(is_private);
    if !entry.hosts.is_empty() && entry.hosts.iter().all(private) {
        entry.scope = Scope::Internal("all addresses are private".to_owned());
    }
    entry
}
