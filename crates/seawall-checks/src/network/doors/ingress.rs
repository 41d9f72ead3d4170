//! Ingress objects and OpenShift Routes.

use seawall_core::{Confidence, Severity};
use seawall_inventory::{GroupKind, Inventory, Place, Resource};
use seawall_network::exposure::address::all_private;
use seawall_yaml::Node;

use super::{Door, Opening, WIDE, service_named, sounds_internal};

/// Ingress classes that are never reachable from the internet.
pub(crate) const INTERNAL_INGRESS_CLASSES: &[&str] = &["gce-internal", "tailscale"];

const ALB_SCHEME: &str = "alb.ingress.kubernetes.io/scheme";

/// Ingress objects; classes in `internal` open nothing.
pub(crate) fn ingress_doors<'i>(inventory: &'i Inventory, internal: &[&str]) -> Vec<Door<'i>> {
    let public_alb = inventory.of_kind(GroupKind::new("elbv2.k8s.aws", "IngressClassParams")).any(|params| {
        params.root().path(&["spec", "scheme"]).and_then(Node::as_str) == Some("internet-facing")
    });
    let mut doors = Vec::new();
    for ingress in inventory.of_kind_any_group("Ingress") {
        if !matches!(ingress.group(), "networking.k8s.io" | "extensions") {
            continue;
        }
        let Some(opening) = opening(ingress, internal, public_alb) else { continue };
        for (name, place) in backends(ingress) {
            if let Some(service) = service_named(inventory, ingress, ingress.namespace(), name) {
                doors.push(door(service, ingress, "Ingress", place, opening));
            }
        }
    }
    doors
}

fn door<'i>(
    service: &'i Resource,
    via: &'i Resource,
    kind: &'static str,
    place: Place,
    opening: Opening,
) -> Door<'i> {
    let Opening { severity, confidence } = opening;
    Door { service, via, kind, place, also: Vec::new(), severity, confidence }
}

/// How far an Ingress opens; `None` when it says that it stays inside.
fn opening(ingress: &Resource, internal: &[&str], public_alb: bool) -> Option<Opening> {
    let annotation = |key| ingress.annotation(key);
    let class = ingress.root().path(&["spec", "ingressClassName"]).and_then(Node::as_str);
    let class = class.or_else(|| annotation("kubernetes.io/ingress.class")).unwrap_or("");
    let given = ingress.root().path(&["status", "loadBalancer"]);
    if annotation("tailscale.com/funnel") == Some("true") {
        return Some(WIDE);
    }
    if internal.contains(&class)
        || annotation("appgw.ingress.kubernetes.io/use-private-ip") == Some("true")
        || given.is_some_and(|given| all_private(given.list("ingress")))
    {
        return None;
    }
    match annotation(ALB_SCHEME) {
        Some("internet-facing") => return Some(WIDE),
        Some(_) => return None,
        // An application load balancer is internal unless asked otherwise: here, in the class, or by another member
        // of its group.
        None if class == "alb" && !public_alb => {
            annotation("alb.ingress.kubernetes.io/group.name")?;
            return Some(Opening { severity: Severity::Medium, confidence: Confidence::Low });
        }
        None => {}
    }
    let hint = sounds_internal(class);
    Some(if hint { Opening { severity: Severity::Medium, confidence: Confidence::Low } } else { WIDE })
}

/// The Services that an Ingress names, in both the current and the old notation, with the fields that name them.
fn backends(ingress: &Resource) -> Vec<(&str, Place)> {
    let Some(spec) = ingress.root().get("spec") else { return Vec::new() };
    let paths = spec.list("rules").filter_map(|rule| rule.get("http")).flat_map(|http| http.list("paths"));
    let backends = [spec.get("defaultBackend"), spec.get("backend")].into_iter().flatten();
    let named = backends.chain(paths.filter_map(|path| path.get("backend"))).filter_map(|backend| {
        let name = backend.path(&["service", "name"]).or_else(|| backend.get("serviceName"))?;
        Some((name.as_str()?, Place { resource: ingress.id(), route: ingress.route_of(name) }))
    });
    named.collect()
}

/// OpenShift Routes.
pub(crate) fn route_doors(inventory: &Inventory) -> Vec<Door<'_>> {
    let mut doors = Vec::new();
    for route in inventory.of_kind(GroupKind::new("route.openshift.io", "Route")) {
        let Some(spec) = route.root().get("spec") else { continue };
        for target in spec.get("to").into_iter().chain(spec.list("alternateBackends")) {
            let Some(name) = target.get("name") else { continue };
            if !matches!(target.str("kind"), None | Some("Service")) || target.int("weight") == Some(0) {
                continue;
            }
            let service =
                name.as_str().and_then(|name| service_named(inventory, route, route.namespace(), name));
            if let Some(service) = service {
                let place = Place { resource: route.id(), route: route.route_of(name) };
                doors.push(door(service, route, "Route", place, WIDE));
            }
        }
    }
    doors
}
