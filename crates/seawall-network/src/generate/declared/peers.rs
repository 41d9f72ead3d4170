//! Members of a StatefulSet, which find each other by the names that its headless Service gives them.

use seawall_inventory::GroupKind;

use super::World;
use crate::generate::need::{End, Needs, Source, Why};
use crate::generate::services::{Led, Wanted};

const STATEFUL_SET: GroupKind<'static> = GroupKind::new("apps", "StatefulSet");

/// Connections among the members of StatefulSets that have more than one.
pub(super) fn collect(world: &mut World<'_, '_>, needs: &mut Needs) {
    let units = world.units;
    for set in world.inventory.of_kind(STATEFUL_SET) {
        let Some(spec) = set.root().get("spec") else { continue };
        let Some(id) = units.of_object(set) else { continue };
        if spec.int("replicas").unwrap_or(1) < 2 {
            continue;
        }
        let Some(name) = spec.str("serviceName") else { continue };
        let Some(service) = world.services.named(set, set.namespace(), name) else { continue };
        let headless =
            service.root().path(&["spec", "clusterIP"]).and_then(|node| node.as_str()) == Some("None");
        if !headless {
            continue;
        }
        let Led::To(ends) = world.services.lead(units, service, Wanted::Likely(None)) else { continue };
        let own = |end: &End| *end == End::Unit(id);
        let place = seawall_inventory::Place {
            resource: set.id(),
            route: seawall_core::Route::root().keys(&["spec", "serviceName"]),
        };
        for (end, ports) in ends.iter().filter(|(end, _)| own(end)) {
            let note = format!("its members have names in the headless Service `{name}`");
            let why = Why::declared(Source::Peers, place.clone(), note);
            needs.add(End::Unit(id), end.clone(), ports.clone(), why);
        }
    }
}
