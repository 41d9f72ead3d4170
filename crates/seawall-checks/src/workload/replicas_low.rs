//! `workload-replicas-low`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::Inventory;

use crate::workload::autoscaler::Autoscalers;
use crate::workload::fields::place;
use crate::workload::workload::{
    DEPLOYMENTS, REPLICATED, effective_replicas, has_claim, replicas as written_replicas, unmanaged,
};
use crate::{Check, Judge, Setting, SettingDefault, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "workload-replicas-low",
    title: "workload runs fewer replicas than the configured minimum",
    why: "with one copy every restart, update and drained node is an outage",
    help: "set `replicas` to at least the minimum, or let an autoscaler do it",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    settings: &[MIN_REPLICAS],
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

const MIN_REPLICAS: Setting = Setting {
    name: "minReplicas",
    doc: "The fewest replicas that a workload should have",
    default: SettingDefault::Int(2),
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let min = out.settings().int(MIN_REPLICAS.name);
    let scalers = Autoscalers::of(inventory);
    for workload in unmanaged(inventory, REPLICATED) {
        let replicas = effective_replicas(workload);
        // An autoscaler decides, and its own minimum is judged elsewhere; 0 is switched off.
        if replicas == 0 || !scalers.scaling(workload).is_empty() {
            continue;
        }
        let verdicts = out.judge(workload);
        if replicas >= min {
            continue;
        }
        let place = place(workload, &["spec", "replicas"]);
        let route = place.route.clone();
        let is_written = written_replicas(workload).is_some();
        let message = match is_written {
            true => format!("runs {replicas} replicas, fewer than {min}"),
            false => format!("leaves `replicas` at 1, fewer than {min}"),
        };
        let draft = verdicts.fail(place, message);
        if !is_written {
            // An autoscaler or a pipeline may set it.
            draft.confidence(Confidence::Medium);
        }
        if DEPLOYMENTS.contains(&workload.group_kind()) && !workload.pods().any(|pod| has_claim(&pod)) {
            draft.fix(Fix::set(FixRisk::Medium, route, min));
        }
    }
}
