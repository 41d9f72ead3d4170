//! Services that are doors themselves: load balancers and node ports.

use seawall_core::{Confidence, Severity};
use seawall_inventory::{Inventory, Resource};
use seawall_network::exposure::address::{Ranges, all_private, ranges};
use seawall_network::exposure::hints::{internal_annotation, internal_by_default};

use super::{Door, Opening, SERVICE, WIDE, field};

/// How far a Service itself opens; `None` when it cannot be reached from outside by itself.
pub(super) fn opening(service: &Resource) -> Option<(&'static str, Opening)> {
    let spec = service.root().get("spec")?;
    match spec.str("type")? {
        "LoadBalancer" => {
            let annotations = service.metadata().and_then(|metadata| metadata.get("annotations"));
            let given = service.root().path(&["status", "loadBalancer"]);
            if internal_annotation(annotations).is_some()
                || internal_by_default(service).is_some()
                || given.is_some_and(|given| all_private(given.list("ingress")))
            {
                return None;
            }
            match ranges(spec.list("loadBalancerSourceRanges")) {
                Ranges::Everybody => Some(("LoadBalancer", WIDE)),
                Ranges::Some => Some(("LoadBalancer", Opening { severity: Severity::Medium, ..WIDE })),
                Ranges::Private => None,
            }
        }
        // Whether the nodes have addresses that the internet reaches is not written anywhere.
        "NodePort" => {
            Some(("NodePort", Opening { severity: Severity::Medium, confidence: Confidence::Medium }))
        }
        _ => None,
    }
}

/// Load balancers and node ports.
pub(crate) fn service_doors(inventory: &Inventory) -> Vec<Door<'_>> {
    let doors = inventory.of_kind(SERVICE).filter_map(|service| {
        let (kind, opening) = opening(service)?;
        let place = field(service, &["spec", "type"]);
        Some(Door {
            service,
            via: service,
            kind,
            place,
            also: Vec::new(),
            severity: opening.severity,
            confidence: opening.confidence,
        })
    });
    doors.collect()
}
