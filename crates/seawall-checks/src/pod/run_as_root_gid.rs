//! `pod-run-as-root-gid`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::PodView;

use crate::pod::source::sources;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-run-as-root-gid",
    title: "container belongs to group 0",
    why: "many files of images and nodes are writable for group 0, so that a process in it needs no root to change \
          them",
    help: "use a number above 0 for `runAsGroup`, `fsGroup` and `supplementalGroups`",
    pillar: Pillar::Images,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    // Windows has no such numbers, and in a user namespace they mean nothing on the node.
    if pod.is_windows() || pod.in_user_namespace() {
        return out.not_applicable();
    }
    for source in sources(pod, &["runAsGroup"]) {
        if source.node().and_then(|node| node.as_i64()) == Some(0) {
            out.fail(source.place(&["runAsGroup"]), format!("{} runs with group 0", source.label()));
        }
    }
    let Some(context) = pod.security_context() else { return };
    if context.int("fsGroup") == Some(0) {
        out.fail(pod.place(&["securityContext", "fsGroup"]), "pod gives its volumes to group 0");
    }
    for group in context.list("supplementalGroups").filter(|group| group.as_i64() == Some(0)) {
        let place = pod.place_of(group);
        let fix = Fix::remove(FixRisk::Medium, place.route.clone());
        out.fail(place, "pod adds group 0 to its containers").fix(fix);
    }
}
