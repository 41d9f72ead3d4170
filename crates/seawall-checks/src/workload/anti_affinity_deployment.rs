//! `workload-anti-affinity-deployment`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Resource;

use crate::workload::spread::keeps_apart;
use crate::workload::workload::{DEPLOYMENTS, is_managed, is_single};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-anti-affinity-deployment",
    title: "nothing keeps the replicas of a Deployment apart",
    why: "the scheduler may put all replicas on the node that has most room, and that node is then the \
          only copy",
    help: "add a `podAntiAffinity` or a topology spread constraint on `kubernetes.io/hostname` that \
          selects the own pods",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(DEPLOYMENTS, judge),
    ..Check::PLAIN
};

fn judge(workload: &Resource, out: &mut Verdicts<'_>) {
    if is_single(workload) || is_managed(out.inventory(), workload) {
        return out.not_applicable();
    }
    for pod in workload.pods() {
        if !keeps_apart(&pod) {
            let place = pod.place(&["affinity", "podAntiAffinity"]);
            out.fail(place, "nothing keeps its pods on different nodes");
        }
    }
}
