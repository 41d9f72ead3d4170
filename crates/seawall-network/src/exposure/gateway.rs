//! Gateway API: routes that listeners of a Gateway admit.
//!
//! Source: the Gateway API specification (`parentRefs`, `allowedRoutes`, host names, `ReferenceGrant`).

use std::collections::HashMap;

use seawall_core::Confidence;
use seawall_inventory::{Completeness, GroupKind, Inventory, Place, Resource, Selector};
use seawall_yaml::Node;

use super::address::all_private;
use super::backend::{Backends, ServicePort};
use super::controller::{Controllers, Proxy};
use super::hints::{internal_annotation, sounds_internal};
use super::ingress::host_matches;
use super::{EntryKind, EntryPoint, Evidence, Protocol, Scope, Tls, port_number};

const GROUP: &str = "gateway.networking.k8s.io";
pub(super) const GATEWAY: GroupKind<'static> = GroupKind::new(GROUP, "Gateway");
const CLASS: GroupKind<'static> = GroupKind::new(GROUP, "GatewayClass");
pub(super) const GRANT: GroupKind<'static> = GroupKind::new(GROUP, "ReferenceGrant");
const ROUTES: [&str; 5] = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"];

/// Gateway classes of providers that make internal load balancers.
const INTERNAL_CLASSES: &[&str] =
    &["gke-l7-rilb", "gke-l7-rilb-mc", "gke-l7-cross-regional-internal-managed-mc"];

/// Name, namespace and port of a backend.
type Target<'i> = (&'i str, Option<&'i str>, Option<i64>);

/// What a route is judged against.
struct World<'i, 'w> {
    inventory: &'i Inventory,
    backends: &'w Backends<'i>,
    controllers: &'w Controllers,
    /// Grants by the namespace that they open (unset is the default one).
    grants: HashMap<&'i str, Vec<&'i Resource>>,
}

/// A listener that admits a route, or one that cannot be seen.
struct Door<'i> {
    listener: Option<(&'i Resource, Node<'i>)>,
    scope: Scope,
    confidence: Confidence,
    proxy: Proxy,
    notes: Vec<String>,
}

/// Routes of the Gateway API.
pub(super) fn entries<'i>(
    inventory: &'i Inventory,
    backends: &Backends<'i>,
    controllers: &Controllers,
) -> Vec<EntryPoint> {
    let mut grants: HashMap<&str, Vec<&Resource>> = HashMap::new();
    for grant in inventory.of_kind(GRANT) {
        grants.entry(grant.namespace().unwrap_or("default")).or_default().push(grant);
    }
    let world = World { inventory, backends, controllers, grants };
    let mut entries = Vec::new();
    for kind in ROUTES {
        for route in inventory.of_kind(GroupKind::new(GROUP, kind)) {
            let Some(spec) = route.root().get("spec") else { continue };
            let doors = spec.list("parentRefs").flat_map(|parent| world.doors(route, parent));
            for door in doors.collect::<Vec<_>>() {
                entries.extend(world.through(route, spec, &door));
            }
        }
    }
    entries
}

impl<'i> World<'i, '_> {
    /// The listeners of a parent that admit a route: none when it is part of a mesh, or refuses the route.
    fn doors(&self, route: &'i Resource, parent: Node<'i>) -> Vec<Door<'i>> {
        let unseen = |note: String| Door {
            listener: None,
            scope: Scope::Internet,
            confidence: Confidence::Medium,
            proxy: Proxy::default(),
            notes: vec![note],
        };
        let name = parent.str("name").unwrap_or("");
        match (parent.str("group").unwrap_or(GROUP), parent.str("kind").unwrap_or("Gateway")) {
            (GROUP, "Gateway") => {}
            // Traffic inside a mesh (GAMMA).
            (_, "Service" | "ServiceEntry") => return Vec::new(),
            (_, kind) => {
                return vec![unseen(format!("the parent is a {kind} `{name}`, which is not followed"))];
            }
        }
        let namespace = parent.str("namespace").or(route.namespace());
        let Some(gateway) = self.inventory.find_near(route, GATEWAY, namespace, name) else {
            let may_exist = self.inventory.completeness(GATEWAY) != Completeness::Complete;
            return if may_exist || accepted(route, parent) {
                vec![unseen(format!("Gateway `{name}` is not here"))]
            } else {
                Vec::new()
            };
        };
        let listeners = gateway.root().get("spec").into_iter().flat_map(|spec| spec.list("listeners"));
        let admitting = listeners.filter(|listener| {
            parent.str("sectionName").is_none_or(|name| listener.str("name") == Some(name))
                && parent.int("port").is_none_or(|port| listener.int("port") == Some(port))
                && self.admits(gateway, *listener, route)
        });
        admitting.map(|listener| self.door(gateway, listener)).collect()
    }

    fn door(&self, gateway: &'i Resource, listener: Node<'i>) -> Door<'i> {
        let spec = gateway.root().get("spec");
        let class = spec.and_then(|spec| spec.str("gatewayClassName")).unwrap_or("");
        let found = self.inventory.find_near(gateway, CLASS, None, class);
        let controller =
            found.and_then(|class| class.root().path(&["spec", "controllerName"])).and_then(Node::as_str);
        let proxy = self.controllers.of_gateway(gateway.name(), controller, class);
        let mut notes = Vec::new();
        let mut confidence = Confidence::High;
        let annotation = internal_annotation(
            gateway.metadata().and_then(|metadata| metadata.get("annotations")),
        )
        .or_else(|| internal_annotation(gateway.root().path(&["spec", "infrastructure", "annotations"])));
        let addresses = gateway.root().get("status");
        let scope = if INTERNAL_CLASSES.contains(&class) {
            Scope::Internal(format!("class `{class}`"))
        } else if let Some(key) = annotation {
            Scope::Internal(format!("annotation `{key}`"))
        } else if let Some(front) = &proxy.front {
            front.clone()
        } else if addresses.is_some_and(|status| all_private(status.list("addresses"))) {
            Scope::Internal("it was given private addresses only".to_owned())
        } else {
            confidence = Confidence::Medium;
            notes.push(match proxy.workloads.is_empty() {
                true => "what carries out the Gateway is not here".to_owned(),
                false => "nothing seen here opens the Gateway to the outside".to_owned(),
            });
            if sounds_internal(class) {
                confidence = Confidence::Low;
                notes.push(format!("the class `{class}` sounds internal"));
            }
            Scope::Internet
        };
        Door { listener: Some((gateway, listener)), scope, confidence, proxy, notes }
    }

    /// Whether a listener lets a route of this kind, namespace and host attach.
    fn admits(&self, gateway: &Resource, listener: Node<'_>, route: &Resource) -> bool {
        let allowed = listener.get("allowedRoutes");
        let mut kinds = allowed.into_iter().flat_map(|allowed| allowed.list("kinds")).peekable();
        if kinds.peek().is_some() && !kinds.any(|kind| kind.str("kind") == Some(route.kind())) {
            return false;
        }
        if !speaks(listener.str("protocol").unwrap_or(""), route.kind()) || hosts(listener, route).is_none() {
            return false;
        }
        let namespaces = allowed.and_then(|allowed| allowed.get("namespaces"));
        match namespaces.and_then(|namespaces| namespaces.str("from")).unwrap_or("Same") {
            "All" => true,
            "Same" => Inventory::same_namespace(gateway.namespace(), route.namespace()),
            "Selector" => {
                let selector = namespaces.and_then(|namespaces| namespaces.get("selector"));
                let name = route.namespace().unwrap_or("default");
                // A namespace that is not here may have any labels.
                self.inventory
                    .find(GroupKind::new("", "Namespace"), None, name)
                    .is_none_or(|namespace| Selector::label_selector(selector).matches(namespace.labels()))
            }
            _ => false,
        }
    }

    /// One entry for each backend that the rules name.
    fn through(&self, route: &'i Resource, spec: Node<'i>, door: &Door<'i>) -> Vec<EntryPoint> {
        let names = door
            .listener
            .and_then(|(_, listener)| hosts(listener, route))
            .unwrap_or_else(|| spec.list("hostnames").filter_map(Node::as_str).map(Into::into).collect());
        let mut entries: Vec<(Target<'_>, EntryPoint)> = Vec::new();
        for rule in spec.list("rules") {
            for backend in rule.list("backendRefs").filter(|backend| backend.int("weight") != Some(0)) {
                let Some(name) = backend.str("name") else { continue };
                let key = (name, backend.str("namespace"), backend.int("port"));
                let hosts = with_paths(&names, rule);
                match entries.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, entry)) => entry.hosts.extend(hosts),
                    None => {
                        if let Some(mut entry) = self.entry(route, backend, name, door) {
                            entry.hosts = hosts;
                            entries.push((key, entry));
                        }
                    }
                }
            }
        }
        entries
            .into_iter()
            .map(|(_, mut entry)| {
                let mut seen = std::collections::HashSet::new();
                entry.hosts.retain(|host| seen.insert(host.clone()));
                entry
            })
            .collect()
    }

    /// `None` for a backend that the specification refuses.
    fn entry(
        &self,
        route: &'i Resource,
        backend: Node<'i>,
        name: &str,
        door: &Door<'i>,
    ) -> Option<EntryPoint> {
        let mut notes = door.notes.clone();
        let mut confidence = door.confidence;
        let behind = self.behind(route, backend, name, &mut notes, &mut confidence)?;
        let place = Place { resource: route.id(), route: route.route_of(backend) };
        let mut evidence = vec![Evidence { place, note: "sends requests to this backend".to_owned() }];
        let mut port = None;
        let mut tls = Tls::None;
        if let Some((gateway, listener)) = door.listener {
            let place = Place { resource: gateway.id(), route: gateway.route_of(listener) };
            evidence.push(Evidence { place, note: "listens here and admits the route".to_owned() });
            port = listener.int("port").and_then(port_number);
            tls = tls_of(listener);
        } else if route.kind() == "TLSRoute" {
            tls = Tls::Passthrough;
        }
        Some(EntryPoint {
            kind: EntryKind::Gateway,
            object: route.id(),
            hosts: Vec::new(),
            port,
            protocol: if route.kind() == "UDPRoute" { Protocol::Udp } else { Protocol::Tcp },
            tls,
            sources: Vec::new(),
            scope: door.scope.clone(),
            arrival: door.proxy.arrival(),
            backends: behind,
            evidence,
            confidence,
            notes,
        })
    }

    fn behind(
        &self,
        route: &Resource,
        backend: Node<'_>,
        name: &str,
        notes: &mut Vec<String>,
        confidence: &mut Confidence,
    ) -> Option<Vec<super::Backend>> {
        let is_service = backend.str("group").unwrap_or("").is_empty()
            && backend.str("kind").unwrap_or("Service") == "Service";
        if !is_service {
            notes.push("the backend is no Service".to_owned());
            return Some(Vec::new());
        }
        let namespace = backend.str("namespace").or(route.namespace());
        let granted = Inventory::same_namespace(namespace, route.namespace())
            || self
                .grants
                .get(namespace.unwrap_or("default"))
                .into_iter()
                .flatten()
                .any(|g| grants(g, route, name));
        if !granted {
            if self.inventory.completeness(GRANT) == Completeness::Complete {
                return None;
            }
            *confidence = Confidence::Low;
            notes
                .push(format!("no ReferenceGrant here opens namespace `{}`", namespace.unwrap_or("default")));
        }
        let Some(service) = self.backends.service(route, namespace, name) else {
            notes.push(format!("Service `{name}` is not here"));
            return Some(Vec::new());
        };
        let wanted = backend.int("port").and_then(port_number).map_or(ServicePort::Any, ServicePort::Number);
        let behind: Vec<_> =
            self.backends.served(service, wanted).into_iter().flat_map(|served| served.backends).collect();
        if behind.is_empty() {
            notes.push(format!("no pod here stands behind Service `{name}`"));
        }
        Some(behind)
    }
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

/// Whether routes of a kind belong to a listener's protocol; one that is an implementation's own may carry any.
fn speaks(protocol: &str, kind: &str) -> bool {
    match protocol {
        "HTTP" | "HTTPS" => matches!(kind, "HTTPRoute" | "GRPCRoute"),
        "TLS" => matches!(kind, "TLSRoute" | "TCPRoute"),
        "TCP" => kind == "TCPRoute",
        "UDP" => kind == "UDPRoute",
        _ => true,
    }
}

fn tls_of(listener: Node<'_>) -> Tls {
    match (listener.str("protocol"), listener.path(&["tls", "mode"]).and_then(Node::as_str)) {
        (Some("HTTPS" | "TLS"), Some("Passthrough")) => Tls::Passthrough,
        (Some("HTTPS" | "TLS"), _) => Tls::Terminated,
        _ => Tls::None,
    }
}

/// The host names that a listener and a route have in common, empty for any; `None` when there is none.
fn hosts(listener: Node<'_>, route: &Resource) -> Option<Vec<String>> {
    let wanted = route.root().get("spec").into_iter().flat_map(|spec| spec.list("hostnames"));
    let wanted: Vec<&str> = wanted.filter_map(Node::as_str).collect();
    let Some(own) = listener.str("hostname").filter(|host| !host.is_empty()) else {
        return Some(wanted.into_iter().map(Into::into).collect());
    };
    if wanted.is_empty() {
        return Some(vec![own.to_owned()]);
    }
    let common: Vec<String> =
        wanted.into_iter().filter_map(|host| narrower(own, host)).map(Into::into).collect();
    (!common.is_empty()).then_some(common)
}

/// The narrower of two host patterns when one covers the other. In the Gateway API a wildcard covers any number of
/// labels.
fn narrower<'a>(a: &'a str, b: &'a str) -> Option<&'a str> {
    let covers = |wide: &str, host: &str| {
        host_matches(wide, host)
            || wide.strip_prefix('*').is_some_and(|tail| host.ends_with(tail) && host.len() > tail.len())
    };
    if covers(a, b) {
        Some(b)
    } else if covers(b, a) {
        Some(a)
    } else {
        None
    }
}

/// Host names with the path prefixes of a rule.
fn with_paths(names: &[String], rule: Node<'_>) -> Vec<String> {
    let written =
        rule.list("matches").map(|item| item.path(&["path", "value"]).and_then(Node::as_str).unwrap_or(""));
    let mut paths: Vec<&str> = written.map(|path| if path == "/" { "" } else { path }).collect();
    if paths.is_empty() {
        paths.push("");
    }
    if names.is_empty() {
        let some = paths.iter().filter(|path| !path.is_empty());
        return some.map(|path| ["*", path].concat()).collect();
    }
    names.iter().flat_map(|name| paths.iter().map(move |path| [name, *path].concat())).collect()
}

fn grants(grant: &Resource, route: &Resource, service: &str) -> bool {
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
