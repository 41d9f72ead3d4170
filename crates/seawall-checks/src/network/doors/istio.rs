//! Istio: virtual services that are bound to a gateway.
//!
//! Source: Istio's reference of `VirtualService` and `Gateway`. Mirrors and delegates are not followed.

use std::collections::{HashMap, HashSet};

use seawall_core::{Confidence, ResourceId, Severity};
use seawall_inventory::{Completeness, GroupKind, Inventory, Place, PodView, Resource, Selector};
use seawall_yaml::Node;

use super::{Door, Opening, WIDE, field, opening_of};
use crate::network::WaysIn;
use crate::network::backends::{SERVICE, ingress_backends, is_ingress, service_named};

const GROUP: &str = "networking.istio.io";
const GATEWAY: GroupKind<'static> = GroupKind::new(GROUP, "Gateway");

/// What opens the Services in front of gateways.
struct Fronts {
    /// How far gateways with one selector open, computed once for each selector.
    known: HashMap<Vec<(String, String)>, Option<Opening>>,
    /// How far Services open by themselves.
    services: HashMap<ResourceId, Opening>,
    /// Services that an Ingress leads to: a gateway is often put behind one.
    behind_ingress: HashSet<ResourceId>,
}

impl Fronts {
    fn new(inventory: &Inventory, ways: &WaysIn) -> Self {
        let mut fronts =
            Fronts { known: HashMap::new(), services: HashMap::new(), behind_ingress: HashSet::new() };
        for entry in ways.entries() {
            let Some(via) = inventory.get(entry.object) else { continue };
            let Some(opening) = opening_of(entry, via) else { continue };
            if via.group_kind() == SERVICE {
                let widest = fronts.services.entry(via.id()).or_insert(opening);
                if opening.severity > widest.severity {
                    *widest = opening;
                }
            } else if is_ingress(via) {
                let named = ingress_backends(via).into_iter().flatten();
                let here =
                    named.filter_map(|backend| service_named(inventory, via, via.namespace(), backend.name));
                fronts.behind_ingress.extend(here.map(Resource::id));
            }
        }
        fronts
    }
}

/// Virtual services of Istio.
pub(crate) fn istio_doors<'i>(inventory: &'i Inventory, ways: &WaysIn) -> Vec<Door<'i>> {
    let kind = GroupKind::new(GROUP, "VirtualService");
    if inventory.of_kind(kind).next().is_none() {
        return Vec::new();
    }
    let mut fronts = Fronts::new(inventory, ways);
    let mut doors = Vec::new();
    for virtual_service in inventory.of_kind(kind) {
        let Some(spec) = virtual_service.root().get("spec") else { continue };
        let gateways = spec.list("gateways").filter_map(Node::as_str);
        let opened =
            gateways.filter_map(|name| gateway_opening(inventory, virtual_service, name, &mut fronts));
        let Some((opening, gateway)) =
            opened.max_by_key(|(opening, _)| (opening.severity, opening.confidence))
        else {
            continue;
        };
        let routes = ["http", "tls", "tcp"].into_iter().flat_map(|protocol| spec.list(protocol));
        for target in routes.flat_map(|rule| rule.list("route")) {
            let Some(host) = target.path(&["destination", "host"]) else { continue };
            let named = host.as_str().and_then(|host| destination(inventory, virtual_service, host));
            let Some(service) = named.filter(|_| target.int("weight") != Some(0)) else { continue };
            let place = Place { resource: virtual_service.id(), route: virtual_service.route_of(host) };
            let mut places = vec![(place, "sends requests to this Service".to_owned())];
            places.extend(gateway.iter().cloned());
            let selector = Selector::service(service.root().path(&["spec", "selector"]));
            let pods = inventory.selected_pods(service, selector);
            doors.extend(pods.iter().filter(|pod| serves(service, pod)).map(|pod| Door {
                target: pod.resource(),
                service: Some(service),
                via: virtual_service,
                kind: "VirtualService",
                places: places.clone(),
                opening,
            }));
        }
    }
    doors
}

/// How far a gateway opens; `None` for the mesh itself and for gateways behind internal Services only.
fn gateway_opening(
    inventory: &Inventory,
    service: &Resource,
    name: &str,
    fronts: &mut Fronts,
) -> Option<(Opening, Option<(Place, String)>)> {
    if name == "mesh" {
        return None;
    }
    let unseen = Opening { severity: Severity::High, confidence: Confidence::Medium };
    let (namespace, name) =
        name.split_once('/').map_or((service.namespace(), name), |(ns, name)| (Some(ns), name));
    let Some(gateway) = inventory.find_near(service, GATEWAY, namespace, name) else {
        return (inventory.completeness(GATEWAY) != Completeness::Complete).then_some((unseen, None));
    };
    let selector = gateway.root().path(&["spec", "selector"])?;
    let mut pairs: Vec<(String, String)> = selector
        .entries()
        .filter_map(|(key, value)| Some((key.to_owned(), value.as_str()?.to_owned())))
        .collect();
    pairs.sort();
    let Fronts { known, services, behind_ingress } = fronts;
    let found = *known
        .entry(pairs.clone())
        .or_insert_with(|| front(inventory, &pairs, services, behind_ingress).unwrap_or(Some(unseen)));
    let place = field(gateway, &["spec", "servers"]);
    found.map(|opening| (opening, Some((place, format!("Gateway `{}` listens here", gateway.name())))))
}

/// How far the Services in front of the gateway's own pods open: the outer `None` when no such Service is here.
fn front(
    inventory: &Inventory,
    pairs: &[(String, String)],
    services: &HashMap<ResourceId, Opening>,
    behind_ingress: &HashSet<ResourceId>,
) -> Option<Option<Opening>> {
    let mut any = false;
    let mut widest: Option<Opening> = None;
    for service in inventory.of_kind(SERVICE) {
        let Some(selector) = service.root().path(&["spec", "selector"]) else { continue };
        if pairs.is_empty() || !pairs.iter().all(|(key, value)| selector.str(key) == Some(value)) {
            continue;
        }
        any = true;
        let opening = services.get(&service.id()).copied();
        let opening = opening.or_else(|| behind_ingress.contains(&service.id()).then_some(WIDE));
        if let Some(opening) = opening {
            let wider = widest.is_none_or(|widest| opening.severity > widest.severity);
            widest = if wider { Some(opening) } else { widest };
        }
    }
    any.then_some(widest)
}

/// The Service that a destination host names, if it has pods behind it: `name`, `name.namespace`, `name.namespace.svc` and
/// so on.
fn destination<'i>(inventory: &'i Inventory, from: &Resource, host: &str) -> Option<&'i Resource> {
    let mut parts = host.split('.');
    let name = parts.next()?;
    let namespace = parts.next();
    let service = match (namespace, parts.next()) {
        (None, _) => service_named(inventory, from, from.namespace(), name),
        (Some(namespace), None | Some("svc")) => service_named(inventory, from, Some(namespace), name),
        _ => None,
    }?;
    let kind = service.root().path(&["spec", "type"]).and_then(Node::as_str);
    (kind != Some("ExternalName")).then_some(service)
}

/// Whether a port of the Service leads to the pod: a target port by name must exist in the pod with that name and
/// protocol, a number always leads somewhere.
fn serves(service: &Resource, pod: &PodView<'_>) -> bool {
    let Some(spec) = service.root().get("spec") else { return false };
    let mut ports = spec.list("ports").peekable();
    if ports.peek().is_none() {
        return true;
    }
    ports.any(|port| {
        let Some(name) = port.str("targetPort") else { return true };
        let protocol = port.str("protocol").unwrap_or("TCP");
        pod.containers().any(|container| {
            container.node().list("ports").any(|open| {
                open.str("name") == Some(name) && open.str("protocol").unwrap_or("TCP") == protocol
            })
        })
    })
}
