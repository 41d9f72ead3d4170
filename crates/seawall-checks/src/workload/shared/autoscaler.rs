//! Autoscalers and what they scale.

use std::collections::HashMap;

use seawall_inventory::{GroupKind, Inventory, Resource};

use super::fields::spec_int;

/// HorizontalPodAutoscaler.
pub(crate) const AUTOSCALER: GroupKind<'static> = GroupKind::new("autoscaling", "HorizontalPodAutoscaler");

/// What KEDA turns into an autoscaler.
const SCALED_OBJECT: GroupKind<'static> = GroupKind::new("keda.sh", "ScaledObject");

/// All autoscalers by what they scale. References are followed within the namespace, by kind and name.
pub(crate) struct Autoscalers<'i>(HashMap<(&'i str, &'i str, &'i str), Vec<&'i Resource>>);

impl<'i> Autoscalers<'i> {
    /// Reads all autoscalers once.
    pub(crate) fn of(inventory: &'i Inventory) -> Self {
        let mut by_target: HashMap<_, Vec<&Resource>> = HashMap::new();
        for scaler in inventory.of_kind(AUTOSCALER).chain(inventory.of_kind(SCALED_OBJECT)) {
            let Some(target) = scaler.root().path(&["spec", "scaleTargetRef"]) else { continue };
            let Some(name) = target.str("name") else { continue };
            // KEDA scales Deployments unless told otherwise.
            let Some(kind) = target.str("kind").or((scaler.kind() == "ScaledObject").then_some("Deployment"))
            else {
                continue;
            };
            let home = scaler.namespace().unwrap_or("default");
            by_target.entry((home, kind, name)).or_default().push(scaler);
        }
        Autoscalers(by_target)
    }

    /// The autoscalers of a workload, in the order read.
    pub(crate) fn scaling(&self, workload: &'i Resource) -> &[&'i Resource] {
        let home = workload.namespace().unwrap_or("default");
        self.0.get(&(home, workload.kind(), workload.name())).map_or(&[], Vec::as_slice)
    }
}

/// The fewest replicas of an autoscaler: 1 when unset, and 0 with KEDA.
pub(crate) fn fewest(scaler: &Resource) -> i64 {
    match scaler.kind() {
        "ScaledObject" => spec_int(scaler, "minReplicaCount").unwrap_or(0),
        _ => spec_int(scaler, "minReplicas").unwrap_or(1),
    }
}
