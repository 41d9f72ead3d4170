//! `workload-namespace-limit-range-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Resource};

use crate::workload::absence::unproven;
use crate::workload::fields::place;
use crate::workload::workload::SYSTEM_NAMESPACES;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-namespace-limit-range-missing",
    title: "namespace has no LimitRange",
    why: "containers that bring no requests and limits get none: one of them may take its node",
    help: "create a LimitRange with defaults for containers",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["NSA:4.1"],
    needs: &[LIMIT_RANGE],
    judge: Judge::Resource(&[NAMESPACE], judge),
    ..Check::PLAIN
};

const NAMESPACE: GroupKind<'static> = GroupKind::new("", "Namespace");
const LIMIT_RANGE: GroupKind<'static> = GroupKind::new("", "LimitRange");

fn judge(namespace: &Resource, out: &mut Verdicts<'_>) {
    let name = namespace.name();
    if SYSTEM_NAMESPACES.contains(&name) {
        return out.not_applicable();
    }
    let inventory = out.inventory();
    let has_any = inventory
        .of_kind_in(LIMIT_RANGE, Some(name))
        .any(|found| found.root().path(&["spec", "limits"]).is_some_and(|limits| !limits.is_empty()));
    if has_any {
        return;
    }
    match unproven(inventory, &[LIMIT_RANGE]) {
        Some(reason) => out.not_evaluated(format!("no LimitRange is here: {reason}")),
        None => {
            out.fail(place(namespace, &["metadata", "name"]), "has no LimitRange");
        }
    }
}
