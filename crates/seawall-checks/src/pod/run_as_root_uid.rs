//! `pod-run-as-root-uid`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::pod::setters;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-run-as-root-uid",
    title: "container runs as user 0",
    why: "`runAsUser: 0` makes root of whatever user the image was built for; one kernel or runtime bug away it is root on the node",
    help: "set `runAsUser` to a number above 0 and give that user the files it needs, for volumes with `fsGroup`",
    pillar: Pillar::Images,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["PSS:restricted"],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    // Root of a user namespace is nobody on the node; the restricted level stopped asking in 1.35.
    if pod.in_user_namespace() {
        return out.not_applicable();
    }
    for setter in setters(pod, &["runAsUser"]).filter(|setter| setter.node.as_i64() == Some(0)) {
        out.fail(setter.place(), format!("{} runs as user 0", setter.label()));
    }
}
