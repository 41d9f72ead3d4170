//! `network-namespace-policy-missing`

use seawall_core::{Confidence, Pillar, Route, Severity};
use seawall_inventory::{Inventory, Place};

use crate::network::{NAMESPACE, POLICY_KINDS, Reading, is_left_alone};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "network-namespace-policy-missing",
    title: "namespace without a network policy",
    why: "nothing stands between the pods of the namespace and those of all others: who gets into the weakest pod of the \
          cluster talks to every port here",
    help: "begin with a policy that selects all pods and allows nothing, then add one for each connection that is needed",
    pillar: Pillar::Network,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &[
        "CIS-1.12:5.3.2",
        "CIS-EKS-1.8:4.3.2",
        "CIS-AKS-1.8:4.4.2",
        "CIS-GKE-1.9:4.3.2",
        "NSA:network separation",
        "MITRE:Lateral movement",
    ],
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
        // Policies elsewhere may be about this namespace.
        if model.reading(inventory, name) != Reading::Proof && !model.has_policies(name) {
            continue;
        }
        let verdicts = out.judge(namespace);
        if !model.is_governed(name) {
            let route = Route::root().keys(&["metadata", "name"]);
            let place = Place { resource: namespace.id(), route };
            verdicts.fail(place, format!("no network policy is about namespace `{name}`"));
        }
    }
}
