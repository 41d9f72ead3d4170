//! Who collects metrics: annotations, ServiceMonitors and PodMonitors.

use std::collections::HashMap;

use seawall_inventory::{GroupKind, Labels, Place, Resource, Selector};
use seawall_yaml::Node;

use super::World;
use crate::exposure::{SERVICE, declared_ports, port_number};
use crate::generate::need::{End, Needs, NotCovered, Source, Why};
use crate::generate::services::{Led, Wanted};
use crate::generate::units::UnitId;
use crate::model::DEFAULT_NAMESPACE;
use crate::ports::{PortSet, Protocol};

const GROUP: &str = "monitoring.coreos.com";
const SCRAPE: &str = "prometheus.io/scrape";
const PORT: &str = "prometheus.io/port";

/// Connections from Prometheus to what it is told to collect.
pub(super) fn collect(world: &mut World<'_, '_>, needs: &mut Needs) {
    let collectors = collectors(world);
    let mut scrapes = Scrapes { collectors, needs };
    of_pods(world, &mut scrapes);
    of_services(world, &mut scrapes);
    service_monitors(world, &mut scrapes);
    pod_monitors(world, &mut scrapes);
}

struct Scrapes<'n> {
    collectors: Vec<End>,
    needs: &'n mut Needs,
}

impl Scrapes<'_> {
    fn add(&mut self, dst: &End, ports: &PortSet, place: &Place, note: &str) {
        if self.collectors.is_empty() {
            let End::Unit(unit) = dst else { return };
            self.needs.not_covered(NotCovered {
                unit: Some(*unit),
                what: format!("metrics on {ports}"),
                reason: "who collects them is not here".to_owned(),
                place: Some(place.clone()),
                seen: None,
            });
        }
        for collector in &self.collectors {
            let why = Why::declared(Source::Scrape, place.clone(), note);
            self.needs.add(collector.clone(), dst.clone(), ports.clone(), why);
        }
    }
}

/// Workloads that are Prometheus by their labels; where only the operator's object is here, the labels that it gives.
fn collectors(world: &World<'_, '_>) -> Vec<End> {
    let known = |(_, unit): &(UnitId, &crate::generate::units::Unit)| {
        let named = |key| unit.is_labelled(key, "prometheus");
        let serves = unit.is_labelled("component", "server") || !unit.has_label("component");
        named("app.kubernetes.io/name") && !unit.is_labelled("app.kubernetes.io/component", "exporter")
            || named("app") && serves
    };
    let mut ends: Vec<End> = world.units.iter().filter(known).map(|(id, _)| End::Unit(id)).collect();
    for object in world.inventory.of_kind(GroupKind::new(GROUP, "Prometheus")) {
        let namespace = object.namespace().unwrap_or(DEFAULT_NAMESPACE);
        let made = format!("prometheus-{}", object.name());
        if world.units.named(namespace, "StatefulSet", &made).is_some() {
            continue;
        }
        let labels = vec![
            ("app.kubernetes.io/name".to_owned(), "prometheus".to_owned()),
            ("operator.prometheus.io/name".to_owned(), object.name().to_owned()),
        ];
        ends.push(End::Described { namespace: namespace.to_owned(), labels });
    }
    ends
}

fn annotation<'r>(metadata: Option<Node<'r>>, key: &str) -> Option<(&'r str, Node<'r>)> {
    let node = metadata?.get("annotations")?.get(key)?;
    Some((node.as_str()?, node))
}

/// Pods with the annotations that Prometheus' example configuration follows.
fn of_pods(world: &World<'_, '_>, scrapes: &mut Scrapes<'_>) {
    for (id, unit) in world.units.iter() {
        let Some(object) = unit.object.and_then(|id| world.inventory.get(id)) else { continue };
        for pod in object.pods() {
            let Some((_, node)) = annotation(pod.metadata(), SCRAPE).filter(|(value, _)| *value == "true")
            else {
                continue;
            };
            let written = annotation(pod.metadata(), PORT).and_then(|(port, _)| port.parse().ok());
            let ports = match written {
                Some(port) => PortSet::port(Protocol::Tcp, port),
                // Without a port every declared one is asked.
                None => declared_ports(&pod)
                    .filter(|port| port.protocol == Protocol::Tcp)
                    .fold(PortSet::none(), |all, port| all.union(&PortSet::port(Protocol::Tcp, port.number))),
            };
            scrapes.add(&End::Unit(id), &ports, &pod.place_of(node), "annotation `prometheus.io/scrape`");
        }
    }
}

fn of_services(world: &mut World<'_, '_>, scrapes: &mut Scrapes<'_>) {
    for service in world.inventory.of_kind(SERVICE) {
        let Some((_, node)) = annotation(service.metadata(), SCRAPE).filter(|(value, _)| *value == "true")
        else {
            continue;
        };
        let place = Place { resource: service.id(), route: service.route_of(node) };
        let written = annotation(service.metadata(), PORT).and_then(|(port, _)| port.parse::<u16>().ok());
        let Led::To(ends) = world.services.lead(world.units, service, Wanted::Likely(written)) else {
            continue;
        };
        for (end, ports) in ends.iter() {
            // The annotation names the port of the pod.
            let ports = written.map_or_else(|| ports.clone(), |port| PortSet::port(Protocol::Tcp, port));
            scrapes.add(end, &ports, &place, "annotation `prometheus.io/scrape` of its Service");
        }
    }
}

/// The namespaces that a monitor speaks of; `None` for all.
fn namespaces(monitor: &Resource) -> Option<Vec<&str>> {
    let selector = monitor.root().path(&["spec", "namespaceSelector"]);
    if selector.is_some_and(|selector| selector.bool("any") == Some(true)) {
        return None;
    }
    let named: Vec<&str> = selector
        .into_iter()
        .flat_map(|selector| selector.list("matchNames"))
        .filter_map(Node::as_str)
        .collect();
    Some(if named.is_empty() { vec![monitor.namespace().unwrap_or(DEFAULT_NAMESPACE)] } else { named })
}

fn service_monitors(world: &mut World<'_, '_>, scrapes: &mut Scrapes<'_>) {
    let mut by_namespace: HashMap<&str, Vec<&Resource>> = HashMap::new();
    for service in world.inventory.of_kind(SERVICE) {
        by_namespace.entry(service.namespace().unwrap_or(DEFAULT_NAMESPACE)).or_default().push(service);
    }
    for monitor in world.inventory.of_kind(GroupKind::new(GROUP, "ServiceMonitor")) {
        let Some(spec) = monitor.root().get("spec") else { continue };
        let selector = Selector::label_selector(spec.get("selector"));
        let services: Vec<&Resource> = match namespaces(monitor) {
            None => by_namespace.values().flatten().copied().collect(),
            Some(names) => {
                names.iter().filter_map(|name| by_namespace.get(name)).flatten().copied().collect()
            }
        };
        for service in services.into_iter().filter(|service| selector.matches(service.labels())) {
            for endpoint in spec.list("endpoints") {
                monitored(world, scrapes, monitor, service, endpoint);
            }
        }
    }
}

fn monitored<'i>(
    world: &mut World<'_, 'i>,
    scrapes: &mut Scrapes<'_>,
    monitor: &'i Resource,
    service: &'i Resource,
    endpoint: Node<'i>,
) {
    let place = Place { resource: monitor.id(), route: monitor.route_of(endpoint) };
    let target = endpoint.int("targetPort").and_then(port_number);
    let wanted = match endpoint.str("port") {
        Some(name) => Wanted::Name(name.to_owned()),
        None => Wanted::Likely(None),
    };
    let Led::To(ends) = world.services.lead(world.units, service, wanted) else { return };
    for (end, ports) in ends.iter() {
        let ports = target.map_or_else(|| ports.clone(), |port| PortSet::port(Protocol::Tcp, port));
        scrapes.add(end, &ports, &place, &format!("ServiceMonitor by Service `{}`", service.name()));
    }
}

fn pod_monitors(world: &World<'_, '_>, scrapes: &mut Scrapes<'_>) {
    let monitors: Vec<&Resource> = world.inventory.of_kind(GroupKind::new(GROUP, "PodMonitor")).collect();
    if monitors.is_empty() {
        return;
    }
    for (id, unit) in world.units.iter() {
        let Some(object) = unit.object.and_then(|id| world.inventory.get(id)) else { continue };
        for monitor in &monitors {
            let Some(spec) = monitor.root().get("spec") else { continue };
            let here = namespaces(monitor).is_none_or(|names| names.contains(&unit.namespace.as_str()));
            let selector = Selector::label_selector(spec.get("selector"));
            let selects = |labels: Labels<'_>| here && selector.matches(labels);
            for pod in object.pods().filter(|pod| selects(pod.labels())) {
                for endpoint in spec.list("podMetricsEndpoints") {
                    let number =
                        endpoint.int("portNumber").or(endpoint.int("targetPort")).and_then(port_number);
                    let meant = declared_ports(&pod).filter(|port| match (endpoint.str("port"), number) {
                        (Some(name), _) => port.name == name,
                        (None, Some(number)) => port.number == number,
                        (None, None) => true,
                    });
                    let mut ports = meant.fold(PortSet::none(), |all, port| {
                        all.union(&PortSet::port(port.protocol, port.number))
                    });
                    if let (true, Some(number)) = (ports.is_empty(), number) {
                        ports = PortSet::port(Protocol::Tcp, number);
                    }
                    let place = Place { resource: monitor.id(), route: monitor.route_of(endpoint) };
                    scrapes.add(&End::Unit(id), &ports, &place, &format!("PodMonitor `{}`", monitor.name()));
                }
            }
        }
    }
}
