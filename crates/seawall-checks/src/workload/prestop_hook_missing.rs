//! `workload-prestop-hook-missing`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::workload::probe::is_serving;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-prestop-hook-missing",
    title: "container has no preStop hook",
    why: "when a pod goes, requests still arrive for some seconds while its program has stopped to \
          listen",
    help: "add a `preStop` hook that waits until load balancers have taken the pod out",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

/// Seconds after which endpoints have mostly reached every node.
const GRACE: i64 = 5;

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    let hook = ["lifecycle", "preStop"];
    if !is_serving(container) || container.node().path(&hook).is_some_and(|hook| hook.is_map()) {
        return;
    }
    let place = container.place(&hook);
    let fix = Fix::set(FixRisk::Medium, place.route.clone().keys(&["sleep", "seconds"]), GRACE);
    out.fail(place, format!("{} has no preStop hook", container.label())).fix(fix);
}
