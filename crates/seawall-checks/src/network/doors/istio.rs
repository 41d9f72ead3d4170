//! Istio: virtual services that are bound to a gateway.
//!
//! Source: Istio's reference of `VirtualService` and `Gateway`. Mirrors and delegates are not followed.

use std::collections::{HashMap, HashSet};

use seawall_core::{Confidence, ResourceId, Severity};
use seawall_inventory::{Completeness, GroupKind, Inventory, Place, Resource};
use seawall_yaml::Node;

use super::service::opening;
use super::{Door, INTERNAL_INGRESS_CLASSES, Opening, SERVICE, WIDE, field, ingress_doors, service_named};

const GROUP: &str = "networking.istio.io";
const GATEWAY: GroupKind<'static> = GroupKind::new(GROUP, "Gateway");

/// What opens the Services in front of gateways.
struct Fronts {
    /// How far gateways with one selector open, computed once for each selector.
    known: HashMap<Vec<(String, String)>, Option<Opening>>,
    /// Services that an Ingress leads to: a gateway is often put behind one.
    behind_ingress: HashSet<ResourceId>,
}

/// Virtual services of Istio.
pub(crate) fn istio_doors(inventory: &Inventory) -> Vec<Door<'_>> {
    let ingresses = ingress_doors(inventory, INTERNAL_INGRESS_CLASSES);
    let behind_ingress = ingresses.iter().map(|door| door.service.id()).collect();
    let mut fronts = Fronts { known: HashMap::new(), behind_ingress };
    let mut doors = Vec::new();
    for service in inventory.of_kind(GroupKind::new(GROUP, "VirtualService")) {
        let Some(spec) = service.root().get("spec") else { continue };
        let gateways = spec.list("gateways").filter_map(Node::as_str);
        let opened = gateways.filter_map(|name| gateway_opening(inventory, service, name, &mut fronts));
        let Some((opening, gateway)) =
            opened.max_by_key(|(opening, _)| (opening.severity, opening.confidence))
        else {
            continue;
        };
        let routes = ["http", "tls", "tcp"].into_iter().flat_map(|protocol| spec.list(protocol));
        for target in routes.flat_map(|rule| rule.list("route")) {
            let Some(host) = target.path(&["destination", "host"]) else { continue };
            let target_service = host.as_str().and_then(|host| destination(inventory, service, host));
            if let (Some(found), false) = (target_service, target.int("weight") == Some(0)) {
                doors.push(Door {
                    service: found,
                    via: service,
                    kind: "VirtualService",
                    place: Place { resource: service.id(), route: service.route_of(host) },
                    also: gateway.iter().cloned().collect(),
                    severity: opening.severity,
                    confidence: opening.confidence,
                });
            }
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
    let Fronts { known, behind_ingress } = fronts;
    let found = *known
        .entry(pairs.clone())
        .or_insert_with(|| front(inventory, &pairs, behind_ingress).unwrap_or(Some(unseen)));
    let place = field(gateway, &["spec", "servers"]);
    found.map(|opening| (opening, Some((place, format!("Gateway `{}` listens here", gateway.name())))))
}

/// How far the Services in front of the gateway's own pods open: the outer `None` when no such Service is here.
fn front(
    inventory: &Inventory,
    pairs: &[(String, String)],
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
        let opening = opening(service).map(|(_, opening)| opening);
        let opening = opening.or_else(|| behind_ingress.contains(&service.id()).then_some(WIDE));
        if let Some(opening) = opening {
            let wider = widest.is_none_or(|widest| opening.severity > widest.severity);
            widest = if wider { Some(opening) } else { widest };
        }
    }
    any.then_some(widest)
}

/// The Service that a destination host names: `name`, `name.namespace`, `name.namespace.svc` and so on.
fn destination<'i>(inventory: &'i Inventory, from: &Resource, host: &str) -> Option<&'i Resource> {
    let mut parts = host.split('.');
    let name = parts.next()?;
    let namespace = parts.next();
    match (namespace, parts.next()) {
        (None, _) => service_named(inventory, from, from.namespace(), name),
        (Some(namespace), None | Some("svc")) => service_named(inventory, from, Some(namespace), name),
        _ => None,
    }
}
