//! `workload-node-affinity-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::pod::says_nothing;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-node-affinity-missing",
    title: "pod does not say on which nodes it may run",
    why: "it may land on any node: one with the wrong processor, next to the control plane, or among \
          workloads of another trust",
    help: "add a `nodeAffinity` or a `nodeSelector`",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let spec = pod.spec();
    let has = |keys: &[&str]| spec.path(keys).is_some_and(|node| !says_nothing(node));
    let is_pinned = spec.str("nodeName").is_some_and(|name| !name.is_empty());
    if is_pinned || has(&["affinity", "nodeAffinity"]) || has(&["nodeSelector"]) {
        return;
    }
    out.fail(pod.place(&["affinity", "nodeAffinity"]), "does not say on which nodes it may run");
}
