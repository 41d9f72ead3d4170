//! Gateway API: routes that are attached to a gateway.
//!
//! Source: the Gateway API specification (`parentRefs`, `allowedRoutes`, `ReferenceGrant`). Host names of listeners and
//! routes are not intersected.

use std::collections::HashMap;

use seawall_core::{Confidence, Severity};
use seawall_inventory::{Completeness, GroupKind, Inventory, Place, Resource, Selector};
use seawall_network::exposure::address::all_private;
use seawall_network::exposure::hints::internal_annotation;
use seawall_yaml::Node;

use super::{Door, Opening, WIDE, service_named, sounds_internal};

const GROUP: &str = "gateway.networking.k8s.io";
const GATEWAY: GroupKind<'static> = GroupKind::new(GROUP, "Gateway");
const GRANT: GroupKind<'static> = GroupKind::new(GROUP, "ReferenceGrant");
const ROUTES: [&str; 5] = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"];

/// Gateway classes of providers that make internal load balancers.
pub(crate) const INTERNAL_GATEWAY_CLASSES: &[&str] =
    &["gke-l7-rilb", "gke-l7-rilb-mc", "gke-l7-cross-regional-internal-managed-mc"];

/// Grants by the namespace that they open (unset is the default one).
type Grants<'i> = HashMap<&'i str, Vec<&'i Resource>>;

/// Routes of the Gateway API; gateways of classes in `internal` open nothing.
pub(crate) fn gateway_api_doors<'i>(inventory: &'i Inventory, internal: &[&str]) -> Vec<Door<'i>> {
    let mut grants = Grants::new();
    for grant in inventory.of_kind(GRANT) {
        grants.entry(grant.namespace().unwrap_or("default")).or_default().push(grant);
    }
    let mut doors = Vec::new();
    for kind in ROUTES {
        for route in inventory.of_kind(GroupKind::new(GROUP, kind)) {
            let Some(spec) = route.root().get("spec") else { continue };
            let attached =
                spec.list("parentRefs").filter_map(|parent| attachment(inventory, route, parent, internal));
            let Some((opening, gateway)) =
                attached.max_by_key(|(opening, _)| (opening.severity, opening.confidence))
            else {
                continue;
            };
            for backend in spec.list("rules").flat_map(|rule| rule.list("backendRefs")) {
                let Some((service, granted)) = backend_service(inventory, route, backend, &grants) else {
                    continue;
                };
                let Some(name) = backend.get("name") else { continue };
                let confidence = if granted { opening.confidence } else { Confidence::Low };
                doors.push(Door {
                    service,
                    via: route,
                    kind,
                    place: Place { resource: route.id(), route: route.route_of(name) },
                    also: gateway.iter().cloned().collect(),
                    severity: opening.severity,
                    confidence,
                });
            }
        }
    }
    doors
}

type Attachment = (Opening, Option<(Place, String)>);

/// How far a parent opens a route; `None` when it does not: the parent is part of a mesh, refuses the route, or is
/// internal.
fn attachment(
    inventory: &Inventory,
    route: &Resource,
    parent: Node<'_>,
    internal: &[&str],
) -> Option<Attachment> {
    let unseen = Opening { severity: Severity::High, confidence: Confidence::Medium };
    match (parent.str("group").unwrap_or(GROUP), parent.str("kind").unwrap_or("Gateway")) {
        (GROUP, "Gateway") => {}
        // Traffic inside a mesh (GAMMA).
        (_, "Service" | "ServiceEntry") => return None,
        _ => return Some((unseen, None)),
    }
    let namespace = parent.str("namespace").or(route.namespace());
    let Some(gateway) = inventory.find_near(route, GATEWAY, namespace, parent.str("name")?) else {
        let may_exist = inventory.completeness(GATEWAY) != Completeness::Complete || accepted(route, parent);
        return may_exist.then_some((unseen, None));
    };
    let spec = gateway.root().get("spec")?;
    let class = spec.str("gatewayClassName").unwrap_or("");
    let addresses = gateway.root().get("status");
    if internal.contains(&class)
        || internal_annotation(gateway.metadata().and_then(|metadata| metadata.get("annotations"))).is_some()
        || internal_annotation(spec.path(&["infrastructure", "annotations"])).is_some()
        || addresses.is_some_and(|status| all_private(status.list("addresses")))
    {
        return None;
    }
    let listener = spec.list("listeners").find(|listener| {
        parent.str("sectionName").is_none_or(|name| listener.str("name") == Some(name))
            && parent.int("port").is_none_or(|port| listener.int("port") == Some(port))
            && admits(inventory, gateway, *listener, route)
    })?;
    let opening = if sounds_internal(class) {
        Opening { severity: Severity::Medium, confidence: Confidence::Low }
    } else {
        WIDE
    };
    let place = Place { resource: gateway.id(), route: gateway.route_of(listener) };
    Some((opening, Some((place, format!("Gateway `{}` listens here", gateway.name())))))
}

/// Whether the controller of a parent says that it took the route (condition `Accepted` in `status.parents`, Gateway
/// API specification, RouteStatus): a parent that nobody can see but that took the route is there.
fn accepted(route: &Resource, parent: Node<'_>) -> bool {
    let key = |reference: Node<'_>| {
        let namespace = reference.str("namespace").or(route.namespace()).map(str::to_owned);
        (namespace, reference.str("name").map(str::to_owned), reference.str("sectionName").map(str::to_owned))
    };
    let parents = route.root().get("status").into_iter().flat_map(|status| status.list("parents"));
    parents
        .filter(|status| status.get("parentRef").is_some_and(|reference| key(reference) == key(parent)))
        .any(|status| {
            status.list("conditions").any(|condition| {
                condition.str("type") == Some("Accepted") && condition.str("status") == Some("True")
            })
        })
}

/// Whether a listener lets a route of this kind and namespace attach.
fn admits(inventory: &Inventory, gateway: &Resource, listener: Node<'_>, route: &Resource) -> bool {
    let allowed = listener.get("allowedRoutes");
    let mut kinds = allowed.into_iter().flat_map(|allowed| allowed.list("kinds")).peekable();
    if kinds.peek().is_some() && !kinds.any(|kind| kind.str("kind") == Some(route.kind())) {
        return false;
    }
    let namespaces = allowed.and_then(|allowed| allowed.get("namespaces"));
    match namespaces.and_then(|namespaces| namespaces.str("from")).unwrap_or("Same") {
        "All" => true,
        "Same" => Inventory::same_namespace(gateway.namespace(), route.namespace()),
        "Selector" => {
            let selector =
                Selector::label_selector(namespaces.and_then(|namespaces| namespaces.get("selector")));
            let name = route.namespace().unwrap_or("default");
            // A namespace that is not here may have any labels.
            inventory
                .find(GroupKind::new("", "Namespace"), None, name)
                .is_none_or(|namespace| selector.matches(namespace.labels()))
        }
        _ => false,
    }
}

/// The Service behind a backend reference, and whether the reference is certain to be granted.
fn backend_service<'i>(
    inventory: &'i Inventory,
    route: &Resource,
    backend: Node<'_>,
    grants: &Grants<'_>,
) -> Option<(&'i Resource, bool)> {
    let is_service = backend.str("group").unwrap_or("").is_empty()
        && backend.str("kind").unwrap_or("Service") == "Service";
    if !is_service || backend.int("weight") == Some(0) {
        return None;
    }
    let name = backend.str("name")?;
    let namespace = backend.str("namespace").or(route.namespace());
    let service = service_named(inventory, route, namespace, name)?;
    if Inventory::same_namespace(namespace, route.namespace()) {
        return Some((service, true));
    }
    let here = grants.get(namespace.unwrap_or("default")).map_or(&[][..], Vec::as_slice);
    let granted = here.iter().any(|grant| grants_service(grant, route, name));
    (granted || inventory.completeness(GRANT) != Completeness::Complete).then_some((service, granted))
}

fn grants_service(grant: &Resource, route: &Resource, service: &str) -> bool {
    let Some(spec) = grant.root().get("spec") else { return false };
    let from = spec.list("from").any(|from| {
        from.str("group") == Some(GROUP)
            && from.str("kind") == Some(route.kind())
            && Inventory::same_namespace(from.str("namespace"), route.namespace())
    });
    let to = spec.list("to").any(|to| {
        to.str("group").unwrap_or("").is_empty()
            && to.str("kind") == Some("Service")
            && to.str("name").is_none_or(|name| name.is_empty() || name == service)
    });
    from && to
}
