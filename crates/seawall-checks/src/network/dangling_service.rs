//! `network-dangling-service`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{Completeness, GroupKind, Inventory, Labels, Place, Resource, Selector};
use seawall_yaml::Node;

use crate::network::backends::SERVICE;
use crate::{Check, Judge, Profile, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-dangling-service",
    title: "a Service selects no workload",
    why: "callers get no answer, and whoever may create a pod with these labels gets their requests, with the credentials in \
          them",
    help: "correct the selector, or delete the Service",
    pillar: Pillar::Network,
    severity: Severity::Low,
    confidence: Confidence::High,
    profile: Profile::All,
    needs: &[POD],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

const POD: GroupKind<'static> = GroupKind::new("", "Pod");

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    // In files the pods may be elsewhere, or be made by an operator.
    let proof = inventory.completeness(POD) == Completeness::Complete;
    let patches = patches(inventory);
    for service in inventory.of_kind(SERVICE) {
        let Some(spec) = service.root().get("spec") else { continue };
        let selector = spec.get("selector").filter(|selector| !selector.is_empty());
        // Without a selector somebody else writes the endpoints.
        let Some(selector) = selector.filter(|_| spec.str("type") != Some("ExternalName")) else { continue };
        let pods = inventory.selected_pods(service, Selector::service(Some(selector)));
        let found = !pods.is_empty()
            || patches.iter().any(|(patch, metadata)| {
                Inventory::same_namespace(service.namespace(), patch.namespace())
                    && Selector::service(Some(selector)).matches(Labels::of_metadata(Some(*metadata)))
            });
        if !found && !proof {
            continue;
        }
        let verdicts = out.judge(service);
        if !found {
            let place = Place { resource: service.id(), route: service.route_of(selector) };
            verdicts.fail(place, "selects no pod");
        }
    }
}

/// Objects with a template that has labels and no pod spec: patches of workloads whose spec stands elsewhere.
fn patches(inventory: &Inventory) -> Vec<(&Resource, Node<'_>)> {
    let without_pods = inventory.resources().iter().filter(|resource| !resource.has_pods());
    let labelled = without_pods
        .filter_map(|resource| Some((resource, resource.root().path(&["spec", "template", "metadata"])?)));
    labelled.collect()
}
