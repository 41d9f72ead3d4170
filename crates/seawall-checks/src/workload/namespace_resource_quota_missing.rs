//! `workload-namespace-resource-quota-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Resource};

use crate::workload::absence::unproven;
use crate::workload::fields::place;
use crate::workload::workload::SYSTEM_NAMESPACES;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-namespace-resource-quota-missing",
    title: "namespace has no ResourceQuota",
    why: "one namespace may take the whole cluster: processors, memory, disks, and the number of objects",
    help: "create a ResourceQuota for what the namespace is meant to need",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["NSA:4.0"],
    needs: &[RESOURCE_QUOTA],
    judge: Judge::Resource(&[NAMESPACE], judge),
    ..Check::PLAIN
};

const NAMESPACE: GroupKind<'static> = GroupKind::new("", "Namespace");
const RESOURCE_QUOTA: GroupKind<'static> = GroupKind::new("", "ResourceQuota");

fn judge(namespace: &Resource, out: &mut Verdicts<'_>) {
    let name = namespace.name();
    if SYSTEM_NAMESPACES.contains(&name) {
        return out.not_applicable();
    }
    let inventory = out.inventory();
    let has_any = inventory
        .of_kind_in(RESOURCE_QUOTA, Some(name))
        .any(|found| found.root().path(&["spec", "hard"]).is_some_and(|hard| !hard.is_empty()));
    if has_any {
        return;
    }
    match unproven(inventory, &[RESOURCE_QUOTA]) {
        Some(reason) => out.not_evaluated(format!("no ResourceQuota is here: {reason}")),
        None => {
            out.fail(place(namespace, &["metadata", "name"]), "has no ResourceQuota");
        }
    }
}
