//! `workload-label-instance-mismatch`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::{Place, Resource};

use crate::workload::labels::label_route;
use crate::workload::workload::{WORKLOADS, is_managed};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-label-instance-mismatch",
    title: "label `app.kubernetes.io/instance` is not the name of the workload",
    why: "queries and policies by instance find another set of objects than the name promises",
    help: "set the label to the name",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(WORKLOADS, judge),
    ..Check::PLAIN
};

const KEY: &str = "app.kubernetes.io/instance";

fn judge(workload: &Resource, out: &mut Verdicts<'_>) {
    if is_managed(out.inventory(), workload) || workload.name().is_empty() {
        return out.not_applicable();
    }
    let name = workload.name();
    let message = match workload.labels().get(KEY) {
        Some(value) if value == name => return,
        Some(value) => format!("says that it is instance `{value}`, but its name is `{name}`"),
        None => format!("does not say that it is instance `{name}`"),
    };
    let place = Place { resource: workload.id(), route: label_route(KEY) };
    let fix = Fix::set(FixRisk::Medium, place.route.clone(), name);
    out.fail(place, message).fix(fix);
}
