//! `workload-cpu-request-not-equal-limit`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::resources::{CPU, judge_unequal};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-cpu-request-not-equal-limit",
    title: "CPU request and limit of a container differ",
    why: "between the two the container lives on time that others have not used, so how fast it is \
          depends on its neighbours",
    help: "set the CPU request to the limit where the speed must be the same every day",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    judge_unequal(container, CPU, FixRisk::Medium, out);
}
