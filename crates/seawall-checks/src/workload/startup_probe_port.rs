//! `workload-startup-probe-port`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::probe::judge_port;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-startup-probe-port",
    title: "startup probe goes to a port that its container does not declare",
    why: "a probe of the wrong port never succeeds, so the container is killed before the other probes \
          even begin",
    help: "declare the port in `ports`, or correct the port of the probe",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    judge_port(container, "startupProbe", "startup probe", out);
}
