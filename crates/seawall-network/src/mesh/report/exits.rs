//! Ways out of the mesh: what sidecars let through, and what gets around egress gateways.

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::Confidence;
use seawall_inventory::{GroupKind, Inventory, Lint, Resource};

use super::Scene;
use super::rules::{EGRESS_OPEN, EGRESS_PASSED_BY};
use crate::exposure::address::is_private;
use crate::mesh::egress::EgressRoute;
use crate::mesh::member::Member;
use crate::mesh::settings::Outbound;
use crate::{AddressSet, Direction, EndpointId, ExternalRow, Protocol};

pub(super) fn check(scene: &Scene<'_>, routes: &[EgressRoute], out: &mut Vec<Lint>) {
    open(scene, out);
    passed_by(scene, routes, out);
}

/// The Sidecar objects that say something of unknown hosts.
fn sidecars(inventory: &Inventory) -> impl Iterator<Item = (&Resource, Option<Outbound>)> {
    let all = inventory.of_kind(GroupKind::new("networking.istio.io", "Sidecar"));
    all.map(|one| (one, Outbound::of(one.root().path(&["spec", "outboundTrafficPolicy"]))))
}

fn open(scene: &Scene<'_>, out: &mut Vec<Lint>) {
    let has_sidecar = |one: &super::MeshWorkload| one.membership.member == Member::Sidecar;
    let settings = &scene.mesh.settings;
    let whole = |one: &Resource| one.root().path(&["spec", "workloadSelector"]).is_none();
    let root = Some(settings.root_namespace.as_str());
    let default = sidecars(scene.inventory).find(|(one, _)| one.namespace() == root && whole(one));
    let default = default.and_then(|(_, outbound)| outbound).unwrap_or(settings.outbound);
    let mut namespaces: BTreeMap<&str, Vec<&super::MeshWorkload>> = BTreeMap::new();
    for workload in scene.workloads.iter().filter(|one| has_sidecar(one) && !scene.is_system(&one.namespace))
    {
        let own = sidecars(scene.inventory).filter(|(one, _)| one.namespace() == Some(&workload.namespace));
        // One that selects some of the workloads only is no proof for all.
        let own = own.filter(|(one, _)| whole(one)).find_map(|(_, outbound)| outbound);
        if own.unwrap_or(default) == Outbound::AllowAny {
            namespaces.entry(&workload.namespace).or_default().push(workload);
        }
    }
    if namespaces.is_empty() {
        return;
    }
    let listed: Vec<String> = namespaces.keys().map(|name| format!("`{name}`")).collect();
    let listed = crate::lint::listed(listed.iter().map(String::as_str));
    let first = namespaces.values().flatten().next();
    let Some(place) = settings.place.clone().or_else(|| scene.place_of(first?)) else { return };
    let message =
        format!("sidecars of {listed} let connections to hosts that the mesh does not know through");
    let mut lint = Lint::new(&EGRESS_OPEN, place, message);
    if settings.place.is_none() {
        // Nobody has seen the settings: the default may not hold.
        lint.confidence = Confidence::Low;
    }
    out.push(lint);
}

fn passed_by(scene: &Scene<'_>, routes: &[EgressRoute], out: &mut Vec<Lint>) {
    let mut by_namespace: BTreeMap<String, (BTreeSet<EndpointId>, BTreeSet<usize>)> = BTreeMap::new();
    if routes.is_empty() {
        return;
    }
    for class in scene.network.class_ids().filter(|class| !scene.network.is_host_network(*class)) {
        let rows = scene.network.external(class, Direction::Egress);
        let passed = routes.iter().enumerate().filter(|(_, route)| leaves(&rows, route));
        for (number, route) in passed {
            for id in scene.network.members(class).iter().filter(|id| is_held(scene, **id, route)) {
                let Some(view) = scene.network.endpoint(*id) else { continue };
                let (endpoints, numbers) = by_namespace.entry(view.namespace().to_owned()).or_default();
                endpoints.insert(*id);
                numbers.insert(number);
            }
        }
    }
    for (namespace, (endpoints, numbers)) in by_namespace {
        let endpoints: Vec<EndpointId> = endpoints.into_iter().collect();
        let Some(place) = scene.world.place_in(&namespace, &endpoints) else { continue };
        let passed: Vec<&EgressRoute> = numbers.iter().filter_map(|number| routes.get(*number)).collect();
        let hosts: BTreeSet<String> =
            passed.iter().flat_map(|route| route.hosts.iter().map(|host| format!("`{host}`"))).collect();
        let message = format!(
            "network policies let {} of `{namespace}` leave for {} without the egress gateway",
            scene.world.names(endpoints),
            crate::lint::listed(hosts.iter().map(String::as_str))
        );
        let mut lint = Lint::new(&EGRESS_PASSED_BY, place, message);
        lint.confidence = Confidence::Medium;
        lint.related
            .extend(passed.iter().map(|route| (route.place.clone(), "leads through a gateway".to_owned())));
        out.push(lint);
    }
}

/// Whether a pod is one that is meant to go through the gateway: no gateway itself, and not of the system or the mesh.
fn is_held(scene: &Scene<'_>, id: EndpointId, route: &EgressRoute) -> bool {
    let member = scene.mesh.membership(id).map(|one| one.member);
    let is_gateway =
        matches!(member, Some(Member::Gateway | Member::Waypoint)) || route.gateways.contains(&id);
    !is_gateway && scene.network.endpoint(id).is_some_and(|view| !scene.is_system(view.namespace()))
}

/// Whether network policies let somebody out to where a host may be.
fn leaves(rows: &[ExternalRow], route: &EgressRoute) -> bool {
    rows.iter().any(|row| {
        let open = route.ports.iter().any(|port| row.ports.contains(Protocol::Tcp, *port));
        open && if route.addresses.is_empty() {
            has_public(&row.addresses)
        } else {
            !row.addresses.intersection(&route.addresses).is_empty()
        }
    })
}

/// Whether some address is none of the private ones.
fn has_public(addresses: &AddressSet) -> bool {
    addresses.ranges().any(|(from, to)| !is_private(from) || !is_private(to))
}
