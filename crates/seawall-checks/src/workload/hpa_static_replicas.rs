//! `workload-hpa-static-replicas`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::{Inventory, Place, Resource};

use crate::workload::autoscaler::Autoscalers;
use crate::workload::fields::place;
use crate::workload::workload::{REPLICATED, is_live, replicas, unmanaged};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "workload-hpa-static-replicas",
    title: "workload under an autoscaler writes a fixed number of replicas",
    why: "every apply of the manifest scales it back to that number, in the middle of the load too",
    help: "remove `replicas` from the manifest",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let scalers = Autoscalers::of(inventory);
    // In a cluster the number is the autoscaler's own.
    for workload in unmanaged(inventory, REPLICATED).filter(|workload| !is_live(workload)) {
        let Some(scaler) = scalers.scaling(workload).first() else { continue };
        let verdicts = out.judge(workload);
        let Some(replicas) = replicas(workload) else { continue };
        let place = place(workload, &["spec", "replicas"]);
        let fix = Fix::remove(FixRisk::Medium, place.route.clone());
        let message =
            format!("sets {replicas} replicas, which {} `{}` changes", scaler.kind(), scaler.name());
        verdicts
            .fail(place, message)
            .fix(fix)
            .linked(scaler.subject())
            .related(scaled(scaler), "is scaled by this");
    }
}

fn scaled(scaler: &Resource) -> Place {
    place(scaler, &["spec", "scaleTargetRef"])
}
