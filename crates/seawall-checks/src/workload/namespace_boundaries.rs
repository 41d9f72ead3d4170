//! `workload-namespace-boundaries`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Inventory, POD_KINDS, Resource};

use crate::workload::absence::unproven;
use crate::workload::fields::place;
use crate::workload::workload::is_managed;
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "workload-namespace-boundaries",
    title: "all workloads live in the default namespace",
    why: "without namespaces there are no boundaries to give rights, quotas and network policies by",
    help: "make a namespace for each application or team, and move its workloads there",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    frameworks: &["CIS-1.12:5.7.1", "CIS-EKS-1.8:4.5.1", "CIS-AKS-1.8:4.7.1", "CIS-GKE-1.9:4.6.1"],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

const NAMESPACE: GroupKind<'static> = GroupKind::new("", "Namespace");

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let Some(default) = inventory.of_kind(NAMESPACE).find(|namespace| namespace.name() == "default") else {
        return;
    };
    let is_users = |workload: &&Resource| {
        let home = workload.namespace().unwrap_or("default");
        workload.has_pods() && !is_managed(inventory, workload) && !home.starts_with("kube-")
    };
    let (mut here, mut elsewhere) = (0, 0);
    for workload in inventory.resources().iter().filter(is_users) {
        match workload.namespace().unwrap_or("default") {
            "default" => here += 1,
            _ => elsewhere += 1,
        }
    }
    let verdicts = out.judge(default);
    match (here, elsewhere) {
        (0, 0) => verdicts.not_applicable(),
        // One workload needs no boundary to another.
        (2.., 0) => {
            let message = format!("all {here} workloads of users live in the default namespace");
            match unproven(inventory, POD_KINDS) {
                Some(reason) => verdicts.not_evaluated(format!("{message}, but {reason}")),
                None => {
                    verdicts.fail(place(default, &["metadata", "name"]), message);
                }
            }
        }
        _ => {}
    }
}
