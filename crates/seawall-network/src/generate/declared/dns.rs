//! The DNS of the cluster, as it is found here: the pods behind its Service, and caches on nodes.

use std::collections::BTreeSet;
use std::net::IpAddr;

use seawall_inventory::{GroupKind, Place, Resource};
use seawall_yaml::Node;

use super::World;
use crate::addresses::AddressSet;
use crate::exposure::SERVICE;
use crate::generate::need::{End, Needs, Source, Why};
use crate::generate::services::{Led, Wanted};
use crate::ports::{PortSet, Protocol};

/// The port of DNS.
const PORT: u16 = 53;
/// `k8s-app` of the Service and pods of DNS: kubeadm, managed clusters, k3s.
const APPS: [&str; 2] = ["kube-dns", "coredns"];
/// The address that a cache on the node listens on unless told otherwise (NodeLocal DNSCache).
const NODE_LOCAL: &str = "169.254.20.10";

/// Where names are asked for.
struct Server {
    end: End,
    ports: PortSet,
    why: Why,
}

/// Every workload that policies hold for may ask DNS.
pub(super) fn collect(world: &mut World<'_, '_>, needs: &mut Needs) {
    let mut servers = services(world);
    servers.extend(caches(world));
    if servers.is_empty() {
        servers.push(usual());
    }
    for (id, _) in world.units.iter().filter(|(_, unit)| !unit.host_network) {
        for server in servers.iter().filter(|server| server.end != End::Unit(id)) {
            needs.add(End::Unit(id), server.end.clone(), server.ports.clone(), server.why.clone());
        }
    }
}

fn both(port: u16) -> PortSet {
    PortSet::port(Protocol::Udp, port).union(&PortSet::port(Protocol::Tcp, port))
}

/// Whether a Service is the cluster's DNS.
fn is_dns(service: &Resource) -> bool {
    let asks =
        |port: Node<'_>| port.int("port") == Some(i64::from(PORT)) && port.str("protocol") == Some("UDP");
    let spec = service.root().get("spec");
    let serves = spec.is_some_and(|spec| spec.list("ports").any(asks));
    let known = service.labels().get("k8s-app").is_some_and(|app| APPS.contains(&app))
        || matches!((service.namespace(), service.name()), (Some("openshift-dns"), "dns-default"))
        || service.namespace() == Some("kube-system");
    serves && known
}

fn services(world: &mut World<'_, '_>) -> Vec<Server> {
    let mut servers = Vec::new();
    let found: Vec<&Resource> = world.inventory.of_kind(SERVICE).filter(|service| is_dns(service)).collect();
    for service in found {
        let Led::To(ends) = world.services.lead(world.units, service, Wanted::Number(PORT)) else { continue };
        for (end, ports) in ends.iter() {
            // Long answers come over TCP, on the port that the pod has for UDP.
            let numbers = Protocol::WITH_PORTS.into_iter().flat_map(|protocol| ports.ranges(protocol));
            let ports = numbers.fold(both(PORT), |all, (port, _)| all.union(&both(port)));
            let place =
                Place { resource: service.id(), route: seawall_core::Route::root().keys(&["spec", "ports"]) };
            let why = Why::declared(Source::Dns, place, "DNS of the cluster");
            servers.extend(on_nodes(world, end).into_iter().map(|end| Server {
                end,
                ports: ports.clone(),
                why: why.clone(),
            }));
        }
    }
    servers
}

/// The end itself; the addresses of its nodes where it stands in their network.
fn on_nodes(world: &World<'_, '_>, end: &End) -> Option<End> {
    let End::Unit(id) = end else { return Some(end.clone()) };
    let unit = world.units.get(*id)?;
    if !unit.host_network {
        return Some(end.clone());
    }
    world.of_nodes(&AddressSet::of(world.network.node_list()))
}

/// Caches on nodes: each answers on addresses that only its node knows, that of the Service among them.
fn caches(world: &World<'_, '_>) -> Vec<Server> {
    let sets = world.inventory.of_kind(GroupKind::new("apps", "DaemonSet"));
    let caches = sets.filter(|set| {
        set.name() == "node-local-dns"
            || set.pods().any(|pod| pod.labels().get("k8s-app") == Some("node-local-dns"))
    });
    let cache = |set: &Resource| {
        let arguments = set.pods().flat_map(|pod| pod.containers().collect::<Vec<_>>());
        let arguments: Vec<String> = arguments
            .flat_map(|container| container.node().list("args"))
            .filter_map(|node| node.as_str().map(str::to_owned))
            .collect();
        let mut addresses: BTreeSet<IpAddr> = arguments
            .iter()
            .flat_map(|argument| argument.split([',', '=', ' ']))
            .filter_map(|word| word.parse().ok())
            .collect();
        addresses.extend(NODE_LOCAL.parse::<IpAddr>());
        let place =
            Place { resource: set.id(), route: seawall_core::Route::root().keys(&["spec", "template"]) };
        Server {
            end: End::Addresses(AddressSet::of(addresses)),
            ports: both(PORT),
            why: Why::declared(Source::Dns, place, "a cache of DNS on each node"),
        }
    };
    caches.map(cache).collect()
}

/// Where DNS usually is, when it is not here.
fn usual() -> Server {
    let labels = vec![("k8s-app".to_owned(), "kube-dns".to_owned())];
    let end = End::Described { namespace: "kube-system".to_owned(), labels };
    let note = "DNS is not here: the namespace and label that it usually has".to_owned();
    Server { end, ports: both(PORT), why: Why { source: Source::Dns, place: None, note, seen: None } }
}
