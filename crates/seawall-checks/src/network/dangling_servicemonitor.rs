//! `network-dangling-servicemonitor`

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
    for monitor in inventory.of_kind(MONITOR) {
        let Some(spec) = monitor.root().get("spec") else { continue };
        let selector = Selector::label_selector(spec.get("selector"));
        let found = inventory
            .of_kind(SERVICE)
            .any(|service| looks_into(monitor, spec, service) && selector.matches(service.labels()));
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

/// Whether the monitor looks for Services in the namespace of one: its own unless it names others or says `any`.
fn looks_into(monitor: &Resource, spec: Node<'_>, service: &Resource) -> bool {
    let namespaces = spec.get("namespaceSelector");
    if namespaces.and_then(|own| own.bool("any")) == Some(true) {
        return true;
    }
    let named: Vec<&str> =
        namespaces.into_iter().flat_map(|own| own.list("matchNames")).filter_map(Node::as_str).collect();
    match named.as_slice() {
        [] => Inventory::same_namespace(monitor.namespace(), service.namespace()),
        names => names.contains(&service.namespace().unwrap_or("default")),
    }
}
