//! `workload-liveness-probe-port`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::probe::judge_port;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-liveness-probe-port",
    title: "liveness probe goes to a port that its container does not declare",
    why: "a probe of the wrong port kills a healthy container again and again, or asks something else \
          than the program",
    help: "declare the port in `ports`, or correct the port of the probe",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    judge_port(container, "livenessProbe", "liveness probe", out);
}
