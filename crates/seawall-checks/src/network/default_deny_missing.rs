//! `network-default-deny-missing`

use seawall_core::{Confidence, Pillar, Route, Severity};
use seawall_inventory::{Inventory, Place};
use seawall_network::Direction;

use crate::network::{NAMESPACE, POLICY_KINDS, is_left_alone};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-default-deny-missing",
    title: "policies of a namespace leave new pods open",
    why: "each policy closes the pods that it selects and no other: a pod with a new or a misspelt label starts open in a \
          namespace that everybody takes for closed",
    help: "add a policy with `podSelector: {}` and `policyTypes: [Ingress, Egress]` and no rules; the other policies go on \
           allowing what they allow",
    pillar: Pillar::Network,
    severity: Severity::Medium,
    confidence: Confidence::High,
    needs: POLICY_KINDS,
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    for namespace in inventory.of_kind(NAMESPACE) {
        let name = namespace.name();
        if is_left_alone(inventory, name) {
            continue;
        }
        let model = out.models().network();
        // One without any policy is reported as such.
        let Some(confidence) = model.reading(inventory, name).confidence() else { continue };
        if !model.has_policies(name) {
            continue;
        }
        let verdicts = out.judge(namespace);
        let open = |way: &Direction| !model.denies_by_default(name, *way);
        let open: Vec<&str> = Direction::ALL.iter().filter(|way| open(way)).map(|way| way.as_str()).collect();
        if !open.is_empty() {
            let place = Place { resource: namespace.id(), route: Route::root().keys(&["metadata", "name"]) };
            let ways = open.join(" and ");
            let message = format!("no policy of namespace `{name}` denies {ways} by default");
            verdicts.fail(place, message).confidence(confidence);
        }
    }
}
