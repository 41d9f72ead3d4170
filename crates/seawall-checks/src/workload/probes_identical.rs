//! `workload-probes-identical`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::probe::{act_alike, patience};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-probes-identical",
    title: "liveness and readiness probe of a container are the same",
    why: "a container that is only busy is killed at the moment when it would be taken out of the load \
          balancer to recover",
    help: "let the liveness probe ask less, or wait longer, than the readiness probe",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    let probe = |key| container.node().get(key);
    let (Some(liveness), Some(readiness)) = (probe("livenessProbe"), probe("readinessProbe")) else {
        return out.not_applicable();
    };
    if act_alike(liveness, readiness) && patience(liveness) <= patience(readiness) {
        let message = format!("liveness probe of {} does the same as its readiness probe", container.label());
        out.fail(container.place(&["livenessProbe"]), message)
            .related(container.place(&["readinessProbe"]), "the readiness probe");
    }
}
