//! Ingress objects, in both the current and the old notation.
//!
//! Source: the Ingress documentation of Kubernetes; annotations and classes from the controllers' own documentation.

use std::collections::BTreeMap;

use seawall_core::{Confidence, Route};
use seawall_inventory::{GroupKind, Inventory, Place, Resource};
use seawall_yaml::Node;

use super::address::all_private;
use super::backend::{Backends, ServicePort};
use super::controller::{Controllers, Proxy};
use super::hints::sounds_internal;
use super::{EntryKind, EntryPoint, Evidence, Protocol, Scope, Tls, field, port_number};

/// Ingress classes that are never reachable from the internet.
const INTERNAL_CLASSES: &[&str] = &["gce-internal", "tailscale"];
const CLASS: GroupKind<'static> = GroupKind::new("networking.k8s.io", "IngressClass");
const ALB_SCHEME: &str = "alb.ingress.kubernetes.io/scheme";
const DEFAULT_CLASS: &str = "ingressclass.kubernetes.io/is-default-class";

/// Ingress objects.
pub(super) fn entries<'i>(
    inventory: &'i Inventory,
    backends: &Backends<'i>,
    controllers: &Controllers,
) -> Vec<EntryPoint> {
    let public_alb = inventory.of_kind(GroupKind::new("elbv2.k8s.aws", "IngressClassParams")).any(|params| {
        params.root().path(&["spec", "scheme"]).and_then(Node::as_str) == Some("internet-facing")
    });
    let ingresses = inventory.of_kind_any_group("Ingress");
    let ours = ingresses.filter(|ingress| matches!(ingress.group(), "networking.k8s.io" | "extensions"));
    ours.flat_map(|ingress| of_ingress(ingress, inventory, backends, controllers, public_alb)).collect()
}

/// Who carries out an Ingress and how far it opens.
struct Opening {
    proxy: Proxy,
    scope: Scope,
    confidence: Confidence,
    notes: Vec<String>,
}

fn of_ingress<'i>(
    ingress: &'i Resource,
    inventory: &'i Inventory,
    backends: &Backends<'i>,
    controllers: &Controllers,
    public_alb: bool,
) -> Vec<EntryPoint> {
    let opening = opening(ingress, inventory, controllers, public_alb);
    let mut by_target: BTreeMap<(Route, Tls), EntryPoint> = BTreeMap::new();
    let mut order = Vec::new();
    for path in paths(ingress) {
        let tls = if covers(ingress, path.host) { Tls::Terminated } else { Tls::None };
        let key = (target_key(path.backend), tls);
        let entry = by_target.entry(key.clone()).or_insert_with(|| {
            order.push(key);
            blank(ingress, path.backend, tls, &opening, backends)
        });
        let host = [path.host.unwrap_or("*"), path.path].concat();
        if !entry.hosts.contains(&host) {
            entry.hosts.push(host);
        }
        if path.host.is_none() && path.is_default {
            entry.notes.push("what no rule matches goes here".to_owned());
        }
    }
    order.into_iter().filter_map(|key| by_target.remove(&key)).collect()
}

fn blank(
    ingress: &Resource,
    backend: Node<'_>,
    tls: Tls,
    opening: &Opening,
    backends: &Backends<'_>,
) -> EntryPoint {
    let mut notes = opening.notes.clone();
    let behind = behind(ingress, backend, backends, &mut notes);
    let place = Place { resource: ingress.id(), route: ingress.route_of(backend) };
    let mut evidence = vec![Evidence { place, note: "sends requests to this backend".to_owned() }];
    if ingress.root().path(&["spec", "ingressClassName"]).is_some() {
        let place = field(ingress, &["spec", "ingressClassName"]);
        evidence.push(Evidence { place, note: "chooses the controller".to_owned() });
    }
    EntryPoint {
        kind: EntryKind::Ingress,
        object: ingress.id(),
        hosts: Vec::new(),
        port: Some(if tls == Tls::None { 80 } else { 443 }),
        protocol: Protocol::Tcp,
        tls,
        sources: source_ranges(ingress),
        scope: opening.scope.clone(),
        arrival: opening.proxy.arrival(),
        backends: behind,
        evidence,
        confidence: opening.confidence,
        notes,
    }
}

/// The allow list of ingress-nginx, where it is written.
fn source_ranges(ingress: &Resource) -> Vec<String> {
    let written = ["whitelist-source-range", "allowlist-source-range"]
        .into_iter()
        .find_map(|key| ingress.annotation(&["nginx.ingress.kubernetes.io/", key].concat()));
    let ranges = written.unwrap_or("").split(',').map(str::trim);
    ranges.filter(|range| !range.is_empty()).map(Into::into).collect()
}

fn behind(
    ingress: &Resource,
    backend: Node<'_>,
    backends: &Backends<'_>,
    notes: &mut Vec<String>,
) -> Vec<super::Backend> {
    let (service, port) = match backend.get("service") {
        Some(service) => {
            (service.str("name"), service.path(&["port", "number"]).or(service.path(&["port", "name"])))
        }
        None => (backend.str("serviceName"), backend.get("servicePort")),
    };
    let Some(name) = service else {
        notes.push("the backend is no Service".to_owned());
        return Vec::new();
    };
    let Some(service) = backends.service(ingress, ingress.namespace(), name) else {
        notes.push(format!("Service `{name}` is not here"));
        return Vec::new();
    };
    let wanted = match port.map(|port| (port.as_i64().and_then(port_number), port.as_str())) {
        Some((Some(number), _)) => ServicePort::Number(number),
        Some((None, Some(word))) => word.parse().map_or(ServicePort::Name(word), ServicePort::Number),
        _ => ServicePort::Any,
    };
    let served = backends.served(service, wanted);
    if served.is_empty() {
        notes.push(format!("Service `{name}` has no such port"));
    } else if served.iter().all(|served| served.backends.is_empty()) {
        notes.push(format!("Service `{name}` selects no pod here"));
    }
    served.into_iter().flat_map(|served| served.backends).collect()
}

/// What tells two backends apart: their words as written, as a route.
fn target_key(backend: Node<'_>) -> Route {
    let word =
        |node: Option<Node<'_>>| node.and_then(|node| node.scalar_text().map(|text| text.into_owned()));
    let name = word(backend.path(&["service", "name"]).or(backend.get("serviceName")));
    let port = word(backend.path(&["service", "port", "number"]))
        .or(word(backend.path(&["service", "port", "name"])))
        .or(word(backend.get("servicePort")));
    Route::root().key(&name.unwrap_or_default()).key(&port.unwrap_or_default())
}

struct Path<'i> {
    host: Option<&'i str>,
    path: &'i str,
    backend: Node<'i>,
    is_default: bool,
}

fn paths(ingress: &Resource) -> Vec<Path<'_>> {
    let Some(spec) = ingress.root().get("spec") else { return Vec::new() };
    let default = spec.get("defaultBackend").or(spec.get("backend"));
    let default = default.map(|backend| Path { host: None, path: "", backend, is_default: true });
    let ruled = spec.list("rules").flat_map(|rule| {
        let paths = rule.get("http").into_iter().flat_map(|http| http.list("paths"));
        paths.filter_map(move |path| {
            let host = rule.str("host").filter(|host| !host.is_empty());
            let written = path.str("path").filter(|path| *path != "/").unwrap_or("");
            Some(Path { host, path: written, backend: path.get("backend")?, is_default: false })
        })
    });
    default.into_iter().chain(ruled).collect()
}

/// Whether the Ingress has a certificate for a host. One item of `tls` without hosts counts for all: the controller's
/// default certificate. Load balancers of AWS name theirs in an annotation.
fn covers(ingress: &Resource, host: Option<&str>) -> bool {
    let Some(spec) = ingress.root().get("spec") else { return false };
    let listed = spec.list("tls").any(|tls| {
        let mut hosts = tls.list("hosts").filter_map(Node::as_str).peekable();
        hosts.peek().is_none() || host.is_some_and(|host| hosts.any(|pattern| host_matches(pattern, host)))
    });
    listed || ingress.annotation("alb.ingress.kubernetes.io/certificate-arn").is_some()
}

/// A pattern `*.example.com` covers one more label.
pub(super) fn host_matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(tail) => host == pattern || host.split_once('.').is_some_and(|(_, rest)| rest == tail),
        None => pattern == host,
    }
}

fn opening(
    ingress: &Resource,
    inventory: &Inventory,
    controllers: &Controllers,
    public_alb: bool,
) -> Opening {
    let class = class_of(ingress, inventory);
    let name = class.name.unwrap_or("");
    let proxy = controllers.of_class(class.controller, name);
    let mut opening =
        Opening { scope: Scope::Internet, confidence: Confidence::High, notes: Vec::new(), proxy };
    if let Some(scope) = declared_scope(ingress, name, public_alb, &mut opening) {
        opening.scope = scope;
        return opening;
    }
    match &opening.proxy.front {
        Some(scope) => opening.scope = scope.clone(),
        None => {
            opening.confidence = Confidence::Medium;
            opening.notes.push(match opening.proxy.workloads.is_empty() {
                true => "the controller is not here".to_owned(),
                false => "nothing seen here opens the controller to the outside".to_owned(),
            });
        }
    }
    opening
}

/// What the Ingress itself, its class or its status says about how far it opens.
fn declared_scope(ingress: &Resource, class: &str, public_alb: bool, opening: &mut Opening) -> Option<Scope> {
    let internal = |why: &str| Some(Scope::Internal(why.to_owned()));
    let given = ingress.root().path(&["status", "loadBalancer"]);
    if ingress.annotation("tailscale.com/funnel") == Some("true") {
        return Some(Scope::Internet);
    }
    if INTERNAL_CLASSES.contains(&class) {
        return Some(Scope::Internal(format!("class `{class}`")));
    }
    if ingress.annotation("appgw.ingress.kubernetes.io/use-private-ip") == Some("true") {
        return internal("annotation `appgw.ingress.kubernetes.io/use-private-ip`");
    }
    match ingress.annotation(ALB_SCHEME) {
        Some("internet-facing") => return Some(Scope::Internet),
        Some(_) => return Some(Scope::Internal(format!("annotation `{ALB_SCHEME}`"))),
        // An application load balancer is internal unless asked otherwise: here, in the class, or by another member
        // of its group.
        None if class == "alb" && !public_alb => {
            if ingress.annotation("alb.ingress.kubernetes.io/group.name").is_none() {
                return internal("an application load balancer is internal without a scheme");
            }
            opening.confidence = Confidence::Low;
        }
        None => {}
    }
    if sounds_internal(class) {
        opening.confidence = Confidence::Low;
        opening.notes.push(format!("the class `{class}` sounds internal"));
    }
    // Behind a controller that is seen, its own Service says more than the address it was given.
    if opening.proxy.front.is_none() && given.is_some_and(|given| all_private(given.list("ingress"))) {
        return internal("it was given private addresses only");
    }
    None
}

struct Class<'i> {
    name: Option<&'i str>,
    controller: Option<&'i str>,
}

/// The class of an Ingress: the field, the old annotation, else the default class of the cluster.
fn class_of<'i>(ingress: &'i Resource, inventory: &'i Inventory) -> Class<'i> {
    let written = ingress.root().path(&["spec", "ingressClassName"]).and_then(Node::as_str);
    let written = written.or_else(|| ingress.annotation("kubernetes.io/ingress.class"));
    let class = match written {
        Some(name) => inventory.find_near(ingress, CLASS, None, name),
        None => inventory.of_kind(CLASS).find(|class| class.annotation(DEFAULT_CLASS) == Some("true")),
    };
    let controller =
        class.and_then(|class| class.root().path(&["spec", "controller"])).and_then(Node::as_str);
    Class { name: written.or(class.map(Resource::name)), controller }
}
