//! `workload-statefulset-headless-service`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Resource, Selector};

use crate::workload::absence::unproven;
use crate::workload::fields::{place, spec_str};
use crate::workload::workload::STATEFUL_SETS;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-statefulset-headless-service",
    title: "StatefulSet has no headless Service",
    why: "its pods have no stable names, by which the members of a cluster find each other",
    help: "create a Service with `clusterIP: None` that selects the pods, and name it in `serviceName`",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(STATEFUL_SETS, judge),
    ..Check::PLAIN
};

const SERVICE: GroupKind<'static> = GroupKind::new("", "Service");

fn judge(set: &Resource, out: &mut Verdicts<'_>) {
    let place = place(set, &["spec", "serviceName"]);
    let Some(name) = spec_str(set, "serviceName").filter(|name| !name.is_empty()) else {
        out.fail(place, "names no Service");
        return;
    };
    let inventory = out.inventory();
    let Some(service) = inventory.find_near(set, SERVICE, set.namespace(), name) else {
        match unproven(inventory, &[SERVICE]) {
            Some(reason) => out.not_evaluated(format!("Service `{name}` is not here: {reason}")),
            None => {
                out.fail(place, format!("names Service `{name}`, which does not exist"));
            }
        }
        return;
    };
    let selector = Selector::service(service.root().path(&["spec", "selector"]));
    let fault = if spec_str(service, "clusterIP") != Some("None") {
        "is not headless"
    } else if !set.pods().any(|pod| selector.matches(pod.labels())) {
        "does not select its pods"
    } else {
        return;
    };
    out.fail(place, format!("names Service `{name}`, which {fault}")).linked(service.subject());
}
