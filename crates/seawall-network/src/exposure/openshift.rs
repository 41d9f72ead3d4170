//! OpenShift Routes.
//!
//! Source: the `route.openshift.io/v1` API: `spec.tls.termination` is `edge`, `passthrough` or `reencrypt`.

use seawall_core::Confidence;
use seawall_inventory::{GroupKind, Inventory, Place, Resource};
use seawall_yaml::Node;

use super::backend::{Backends, ServicePort};
use super::controller::Controllers;
use super::{EntryKind, EntryPoint, Evidence, Protocol, Scope, Tls, field, port_number};

/// OpenShift Routes.
pub(super) fn entries<'i>(
    inventory: &'i Inventory,
    backends: &Backends<'i>,
    controllers: &Controllers,
) -> Vec<EntryPoint> {
    let routes = inventory.of_kind(GroupKind::new("route.openshift.io", "Route"));
    routes.filter_map(|route| of_route(route, backends, controllers)).collect()
}

fn of_route(route: &Resource, backends: &Backends<'_>, controllers: &Controllers) -> Option<EntryPoint> {
    let spec = route.root().get("spec")?;
    let tls = match spec.path(&["tls", "termination"]).and_then(Node::as_str) {
        Some("edge") => Tls::Terminated,
        Some("reencrypt") => Tls::Reencrypted,
        Some("passthrough") => Tls::Passthrough,
        _ => Tls::None,
    };
    let proxy = controllers.router();
    let mut entry = EntryPoint {
        kind: EntryKind::Route,
        object: route.id(),
        hosts: Vec::new(),
        port: Some(if tls == Tls::None { 80 } else { 443 }),
        protocol: Protocol::Tcp,
        tls,
        sources: source_ranges(route),
        scope: proxy.front.clone().unwrap_or(Scope::Internet),
        arrival: proxy.arrival(),
        backends: Vec::new(),
        evidence: Vec::new(),
        confidence: if proxy.workloads.is_empty() { Confidence::Medium } else { Confidence::High },
        notes: Vec::new(),
    };
    if let Some(host) = spec.str("host") {
        entry.hosts.push([host, spec.str("path").filter(|path| *path != "/").unwrap_or("")].concat());
    }
    if proxy.workloads.is_empty() {
        entry.notes.push("the router is not here".to_owned());
    }
    if tls != Tls::None
        && spec.path(&["tls", "insecureEdgeTerminationPolicy"]).and_then(Node::as_str) == Some("Allow")
    {
        entry.notes.push("it answers without encryption too".to_owned());
        let place = field(route, &["spec", "tls", "insecureEdgeTerminationPolicy"]);
        entry.evidence.push(Evidence { place, note: "answers without encryption too".to_owned() });
    }
    add_targets(route, spec, backends, &mut entry);
    Some(entry)
}

fn add_targets(route: &Resource, spec: Node<'_>, backends: &Backends<'_>, entry: &mut EntryPoint) {
    let wanted = spec.path(&["port", "targetPort"]);
    for target in spec.get("to").into_iter().chain(spec.list("alternateBackends")) {
        let Some(name) = target.get("name") else { continue };
        let Some(word) = name.as_str() else { continue };
        if !matches!(target.str("kind"), None | Some("Service")) || target.int("weight") == Some(0) {
            continue;
        }
        let place = Place { resource: route.id(), route: route.route_of(name) };
        entry.evidence.push(Evidence { place, note: "sends requests to this Service".to_owned() });
        let Some(service) = backends.service(route, route.namespace(), word) else {
            entry.notes.push(format!("Service `{word}` is not here"));
            continue;
        };
        // `targetPort` of a Route names a port of the Service, or the number of its target.
        let number = wanted.and_then(Node::as_i64).and_then(port_number);
        let port = wanted.and_then(Node::as_str).map_or(ServicePort::Any, ServicePort::Name);
        let behind = backends.served(service, port).into_iter().flat_map(|served| served.backends);
        let behind: Vec<_> =
            behind.filter(|backend| number.is_none_or(|port| backend.port == Some(port))).collect();
        if behind.is_empty() {
            entry.notes.push(format!("no pod here stands behind Service `{word}`"));
        }
        entry.backends.extend(behind);
    }
}

fn source_ranges(route: &Resource) -> Vec<String> {
    let written = route
        .annotation("haproxy.router.openshift.io/ip_allowlist")
        .or_else(|| route.annotation("haproxy.router.openshift.io/ip_whitelist"));
    written.unwrap_or("").split_whitespace().map(Into::into).collect()
}
