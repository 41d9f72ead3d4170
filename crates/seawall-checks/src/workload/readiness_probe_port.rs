//! `workload-readiness-probe-port`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::probe::judge_port;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-readiness-probe-port",
    title: "readiness probe goes to a port that its container does not declare",
    why: "a probe of the wrong port keeps the pod out of every Service, or says ready about something \
          else",
    help: "declare the port in `ports`, or correct the port of the probe",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    judge_port(container, "readinessProbe", "readiness probe", out);
}
