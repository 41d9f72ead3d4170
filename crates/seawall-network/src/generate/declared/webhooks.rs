//! What the API server calls: admission webhooks, conversion webhooks, aggregated APIs.
//!
//! No selector describes the API server. Where nodes of the control plane are known, it is their addresses; a proxy that
//! carries its connections into the cluster (konnectivity) is a workload like others.

use seawall_inventory::{GroupKind, Place, Resource};
use seawall_yaml::Node;

use super::World;
use crate::generate::need::{End, Needs, NotCovered, Source, Why};
use crate::generate::services::{Led, Wanted};

/// Kinds with a list of webhooks.
const ADMISSION: [GroupKind<'static>; 2] = [
    GroupKind::new("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    GroupKind::new("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
];
const DEFINITION: GroupKind<'static> = GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition");
const API: GroupKind<'static> = GroupKind::new("apiregistration.k8s.io", "APIService");
/// The port of a webhook that names none (the API's default).
const DEFAULT_PORT: u16 = 443;

/// Connections from the API server.
pub(super) fn collect(world: &mut World<'_, '_>, needs: &mut Needs) {
    let inventory = world.inventory;
    let mut calls: Vec<(&Resource, Node<'_>, &str)> = Vec::new();
    for kind in ADMISSION {
        for object in inventory.of_kind(kind) {
            let services =
                object.root().list("webhooks").filter_map(|hook| hook.path(&["clientConfig", "service"]));
            calls.extend(services.map(|service| (object, service, "an admission webhook")));
        }
    }
    for object in inventory.of_kind(DEFINITION) {
        let hook = object.root().path(&["spec", "conversion", "webhook"]);
        let service = hook.and_then(|hook| hook.path(&["clientConfig", "service"]));
        calls.extend(service.map(|service| (object, service, "a conversion webhook")));
    }
    for object in inventory.of_kind(API) {
        let service = object.root().path(&["spec", "service"]);
        calls.extend(service.map(|service| (object, service, "an aggregated API")));
    }
    let sources = sources(world);
    for (object, service, what) in calls {
        call(world, &sources, object, service, what, needs);
    }
}

/// Where the API server's connections come from.
fn sources(world: &World<'_, '_>) -> Vec<(End, &'static str)> {
    let mut sources: Vec<(End, &'static str)> = Vec::new();
    match world.of_nodes(&world.control.sources) {
        Some(end) => sources.push((end, "from the addresses of the control plane")),
        None => sources.push((
            End::Anyone,
            "the addresses of the control plane are not known, so that everybody may be it",
        )),
    }
    let carriers = world.units.iter().filter(|(_, unit)| unit.is_labelled("k8s-app", "konnectivity-agent"));
    sources.extend(carriers.map(|(id, _)| (End::Unit(id), "carried by konnectivity")));
    sources
}

fn call<'i>(
    world: &mut World<'_, 'i>,
    sources: &[(End, &'static str)],
    object: &'i Resource,
    service: Node<'i>,
    what: &str,
    needs: &mut Needs,
) {
    let place = Place { resource: object.id(), route: object.route_of(service) };
    let (namespace, name) = (service.str("namespace"), service.str("name").unwrap_or(""));
    let Some(found) = world.services.named(object, namespace, name) else { return };
    let port = service.int("port").and_then(|port| u16::try_from(port).ok()).unwrap_or(DEFAULT_PORT);
    match world.services.lead(world.units, found, Wanted::Number(port)) {
        Led::To(ends) => {
            for (end, ports) in ends.iter() {
                for (source, note) in sources {
                    let why = Why::declared(Source::Webhook, place.clone(), format!("{what}; {note}"));
                    needs.add(source.clone(), end.clone(), ports.clone(), why);
                }
            }
        }
        Led::Outside(_) => {}
        Led::Nowhere(reason) => needs.not_covered(NotCovered {
            unit: None,
            what: format!("{what} served by Service `{name}`"),
            reason,
            place: Some(place),
            seen: None,
        }),
    }
}
