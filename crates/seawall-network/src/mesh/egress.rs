//! Egress gateways: which hosts outside are reached through a gateway of the mesh.
//!
//! Source: Istio's task "Egress Gateways": a VirtualService bound to the sidecars (`mesh`) and to a Gateway sends a host's
//! traffic from sidecars to the Service of the gateway; and the ambient mode's: a ServiceEntry with a waypoint.

use std::collections::{BTreeSet, HashMap};

use seawall_core::ResourceId;
use seawall_inventory::{GroupKind, Inventory, Place, Resource, Selector};
use seawall_yaml::Node;

use super::Mesh;
use super::member::Member;
use crate::model::DEFAULT_NAMESPACE;
use crate::{AddressSet, EndpointId, Network};

const NETWORKING: &str = "networking.istio.io";
const SERVICE: GroupKind<'static> = GroupKind::new("", "Service");
const SERVICE_ENTRY: GroupKind<'static> = GroupKind::new(NETWORKING, "ServiceEntry");
/// What a host is asked on where nobody says more.
const WEB_PORTS: [u16; 2] = [80, 443];

/// Hosts outside that are reached through gateways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressRoute {
    /// The hosts.
    pub hosts: Vec<String>,
    /// Their ports.
    pub ports: Vec<u16>,
    /// Their addresses, as far as the mesh is told.
    pub addresses: AddressSet,
    /// The Service or waypoint through which it leads, `namespace/name`.
    pub through: String,
    /// The pods of the gateway that are here.
    pub gateways: BTreeSet<EndpointId>,
    /// The route.
    pub place: Place,
}

pub(super) fn routes(mesh: &Mesh, network: &Network, inventory: &Inventory) -> Vec<EgressRoute> {
    let endpoints = by_resource(network, inventory);
    let mut routes = Vec::new();
    for service in inventory.of_kind(GroupKind::new(NETWORKING, "VirtualService")) {
        routes.extend(of_virtual_service(mesh, inventory, &endpoints, service));
    }
    for entry in inventory.of_kind(SERVICE_ENTRY) {
        routes.extend(of_entry(entry));
    }
    routes
}

fn by_resource(network: &Network, inventory: &Inventory) -> HashMap<ResourceId, EndpointId> {
    let named = network.endpoints().filter_map(|id| {
        let view = network.endpoint(id)?;
        let kind = GroupKind::new(view.group(), view.kind());
        Some((inventory.find(kind, Some(view.namespace()), view.name())?.id(), id))
    });
    named.collect()
}

fn of_virtual_service(
    mesh: &Mesh,
    inventory: &Inventory,
    endpoints: &HashMap<ResourceId, EndpointId>,
    service: &Resource,
) -> Option<EgressRoute> {
    let spec = service.root().get("spec")?;
    let gateways: Vec<&str> = spec.list("gateways").filter_map(Node::as_str).collect();
    if !gateways.contains(&"mesh") || gateways.iter().all(|name| *name == "mesh") {
        return None;
    }
    let routes = ["http", "tls", "tcp"].into_iter().flat_map(|protocol| spec.list(protocol));
    let targets =
        routes.flat_map(|rule| rule.list("route")).filter_map(|one| one.path(&["destination", "host"]));
    for target in targets {
        let Some(through) = host_service(inventory, service, target.as_str().unwrap_or_default()) else {
            continue;
        };
        let selector = Selector::service(through.root().path(&["spec", "selector"]));
        let pods = inventory.selected_pods(through, selector);
        let pods: BTreeSet<EndpointId> =
            pods.iter().filter_map(|pod| endpoints.get(&pod.resource().id()).copied()).collect();
        let is_gateway =
            |id: &EndpointId| mesh.membership(*id).is_some_and(|one| one.member == Member::Gateway);
        if !pods.iter().any(is_gateway) && !serves_gateway(inventory, service, &gateways, through) {
            continue;
        }
        let hosts: Vec<String> = spec.list("hosts").filter_map(Node::as_str).map(Into::into).collect();
        let (ports, addresses) = told(inventory, &hosts);
        let place = Place { resource: service.id(), route: service.route_of(target) };
        let namespace = through.namespace().unwrap_or(DEFAULT_NAMESPACE);
        let through = format!("{namespace}/{}", through.name());
        return Some(EgressRoute { hosts, ports, addresses, through, gateways: pods, place });
    }
    None
}

/// Whether a Service selects what one of these Gateways selects, for gateways whose pods are not here.
fn serves_gateway(inventory: &Inventory, from: &Resource, names: &[&str], service: &Resource) -> bool {
    let Some(wanted) = service.root().path(&["spec", "selector"]).filter(|node| !node.is_empty()) else {
        return false;
    };
    let kind = GroupKind::new(NETWORKING, "Gateway");
    names.iter().filter(|name| **name != "mesh").any(|name| {
        let (namespace, name) = name
            .split_once('/')
            .map_or((from.namespace(), *name), |(namespace, name)| (Some(namespace), name));
        let selector = inventory.find_near(from, kind, namespace, name);
        let selector = selector.and_then(|gateway| gateway.root().path(&["spec", "selector"]));
        selector.is_some_and(|own| {
            !own.is_empty()
                && own
                    .entries()
                    .all(|(key, value)| value.as_str().is_some() && wanted.str(key) == value.as_str())
        })
    })
}

/// Ports and addresses of hosts as ServiceEntries give them.
fn told(inventory: &Inventory, hosts: &[String]) -> (Vec<u16>, AddressSet) {
    let about = |entry: &&Resource| {
        let own = entry.root().get("spec").into_iter().flat_map(|spec| spec.list("hosts"));
        let mut own = own.filter_map(Node::as_str);
        own.any(|own| hosts.iter().any(|host| covers(own, host)))
    };
    let (mut ports, mut addresses) = (BTreeSet::new(), AddressSet::default());
    for entry in inventory.of_kind(SERVICE_ENTRY).filter(about) {
        let (more, further) = of_spec(entry);
        ports.extend(more);
        addresses = addresses.union(&further);
    }
    if ports.is_empty() {
        ports.extend(WEB_PORTS);
    }
    (ports.into_iter().collect(), addresses)
}

fn of_spec(entry: &Resource) -> (Vec<u16>, AddressSet) {
    let Some(spec) = entry.root().get("spec") else { return (Vec::new(), AddressSet::default()) };
    let ports = spec.list("ports").filter_map(|port| u16::try_from(port.int("number")?).ok());
    let own = spec.list("addresses").filter_map(Node::as_str);
    let endpoints = spec.list("endpoints").filter_map(|one| one.str("address"));
    let addresses = own.chain(endpoints).filter_map(|text| {
        AddressSet::cidr(text).or_else(|| text.parse().ok().map(|address| AddressSet::of([address])))
    });
    (ports.collect(), addresses.fold(AddressSet::default(), |all, one| all.union(&one)))
}

/// Whether a host of the registry, which may begin with `*.`, is or covers another.
fn covers(own: &str, host: &str) -> bool {
    own == host || own.strip_prefix('*').is_some_and(|end| end.starts_with('.') && host.ends_with(end))
}

/// A ServiceEntry that asks for a waypoint itself; one that its namespace asks for is that of the workloads too.
fn of_entry(entry: &Resource) -> Option<EgressRoute> {
    let labels = entry.labels();
    let waypoint = labels.get("istio.io/use-waypoint").filter(|name| !name.is_empty() && *name != "none")?;
    let own = entry.namespace().unwrap_or(DEFAULT_NAMESPACE);
    let namespace = labels.get("istio.io/use-waypoint-namespace").unwrap_or(own);
    let spec = entry.root().get("spec")?;
    if spec.str("location") == Some("MESH_INTERNAL") {
        return None;
    }
    let hosts = spec.list("hosts").filter_map(Node::as_str).map(Into::into).collect();
    let (mut ports, addresses) = of_spec(entry);
    if ports.is_empty() {
        ports.extend(WEB_PORTS);
    }
    let place = Place { resource: entry.id(), route: entry.route_of(spec) };
    let through = format!("{namespace}/{waypoint}");
    Some(EgressRoute { hosts, ports, addresses, through, gateways: BTreeSet::new(), place })
}

/// The Service that a host names: `name`, `name.namespace`, `name.namespace.svc` and so on.
pub(super) fn host_service<'i>(
    inventory: &'i Inventory,
    from: &Resource,
    host: &str,
) -> Option<&'i Resource> {
    let mut parts = host.split('.');
    let name = parts.next()?;
    match (parts.next(), parts.next()) {
        (None, _) => inventory.find_near(from, SERVICE, from.namespace(), name),
        (Some(namespace), None | Some("svc")) => inventory.find_near(from, SERVICE, Some(namespace), name),
        _ => None,
    }
}
