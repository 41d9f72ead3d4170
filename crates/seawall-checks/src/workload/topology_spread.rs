//! `workload-topology-spread`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Resource;

use crate::workload::spread::spreads;
use crate::workload::workload::{REPLICATED, is_managed, is_single};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-topology-spread",
    title: "nothing spreads the replicas of a workload over failure domains",
    why: "all of them may stand in one zone or on one node, and go with it",
    help: "add `topologySpreadConstraints` over `topology.kubernetes.io/zone` that select the own pods",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(REPLICATED, judge),
    ..Check::PLAIN
};

fn judge(workload: &Resource, out: &mut Verdicts<'_>) {
    if is_single(workload) || is_managed(out.inventory(), workload) {
        return out.not_applicable();
    }
    for pod in workload.pods() {
        let place = pod.place(&["topologySpreadConstraints"]);
        let mut constraints = pod.spec().list("topologySpreadConstraints").peekable();
        if constraints.peek().is_none() {
            out.fail(place, "nothing spreads its pods");
            continue;
        }
        if !constraints.any(|constraint| spreads(&pod, constraint)) {
            out.fail(place, "its spread constraints do not select its own pods over a topology");
        }
    }
}
