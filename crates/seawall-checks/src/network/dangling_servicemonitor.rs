//! `network-dangling-servicemonitor`

use std::collections::BTreeMap;

use seawall_core::{Confidence, Pillar, Route, Severity};
use seawall_inventory::{Completeness, GroupKind, Inventory, Place, Resource, Selector};
use seawall_yaml::Node;

use crate::network::backends::SERVICE;
use crate::{Check, Judge, Profile, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-dangling-servicemonitor",
    title: "a ServiceMonitor matches no Service",
    why: "nothing is scraped and no alert of it can fire: an attack on the program, or its end, is not seen",
    help: "correct `selector` or `namespaceSelector`, or delete the ServiceMonitor",
    pillar: Pillar::Network,
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    needs: &[SERVICE],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

const MONITOR: GroupKind<'static> = GroupKind::new("monitoring.coreos.com", "ServiceMonitor");

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    // In files the Service may be elsewhere.
    let proof = inventory.completeness(SERVICE) == Completeness::Complete;
    let mut services: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
    for service in inventory.of_kind(SERVICE) {
        services.entry(service.namespace().unwrap_or("default")).or_default().push(service);
    }
    for monitor in inventory.of_kind(MONITOR) {
        let Some(spec) = monitor.root().get("spec") else { continue };
        let selector = Selector::label_selector(spec.get("selector"));
        let selects = |service: &&Resource| selector.matches(service.labels());
        let found = match looks_into(monitor, spec) {
            None => services.values().flatten().any(selects),
            Some(names) => names.iter().filter_map(|name| services.get(name)).flatten().any(selects),
        };
        if !found && !proof {
            continue;
        }
        let verdicts = out.judge(monitor);
        if !found {
            let route = Route::root().keys(&["spec", "selector"]);
            verdicts.fail(Place { resource: monitor.id(), route }, "matches no Service");
        }
    }
}

/// The namespaces in which a monitor looks for Services: its own unless it names others; `None` for all.
fn looks_into<'r>(monitor: &'r Resource, spec: Node<'r>) -> Option<Vec<&'r str>> {
    let namespaces = spec.get("namespaceSelector");
    if namespaces.and_then(|own| own.bool("any")) == Some(true) {
        return None;
    }
    let named: Vec<&str> =
        namespaces.into_iter().flat_map(|own| own.list("matchNames")).filter_map(Node::as_str).collect();
    Some(if named.is_empty() { vec![monitor.namespace().unwrap_or("default")] } else { named })
}
