//! `workload-anti-affinity-statefulset`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Resource;

use crate::workload::spread::keeps_apart;
use crate::workload::workload::{STATEFUL_SETS, is_managed, is_single};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-anti-affinity-statefulset",
    title: "nothing keeps the replicas of a StatefulSet apart",
    why: "members of a database that share a node fall together, and with them the quorum and perhaps \
          the newest data",
    help: "add a `podAntiAffinity` or a topology spread constraint on `kubernetes.io/hostname` that \
          selects the own pods",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(STATEFUL_SETS, judge),
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
