//! `pod-run-as-non-root`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::{ContainerView, PodView};

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-run-as-non-root",
    title: "container may run as root",
    why: "root in a container is root on the node as soon as anything lets it out, and it owns every file in the image and most mounts until then",
    help: "set `runAsNonRoot: true`, on the pod if it suits all containers, and build the image with a numeric non-root `USER`",
    pillar: Pillar::Images,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["PSS:restricted", "CIS-1.23:5.2.7", "NSA:1.0"],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

const FIELD: [&str; 2] = ["securityContext", "runAsNonRoot"];

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    // Root of a user namespace is nobody on the node; the restricted level stopped asking in 1.35.
    if pod.in_user_namespace() {
        return out.not_applicable();
    }
    let on_pod = pod.security_context().and_then(|context| context.bool("runAsNonRoot"));
    let mut inherited = false;
    for container in pod.containers().filter(may_be_root) {
        let own = container.security_context().and_then(|context| context.bool("runAsNonRoot"));
        let message = match (own, on_pod) {
            (Some(true), _) | (None, Some(true)) => continue,
            (None, Some(false)) => {
                inherited = true;
                continue;
            }
            (Some(false), _) => format!("{} is allowed to run as root", container.label()),
            (None, None) => format!("{} may run as root", container.label()),
        };
        let place = container.place(&FIELD);
        let fix = Fix::set(FixRisk::Medium, place.route.clone(), true);
        out.fail(place, message).fix(fix);
    }
    // One wrong field, however many containers inherit it.
    if inherited {
        let place = pod.place(&FIELD);
        let fix = Fix::set(FixRisk::Medium, place.route.clone(), true);
        out.fail(place, "pod allows its containers to run as root").fix(fix);
    }
}

/// Whether no user id but 0 is set for the container.
fn may_be_root(container: &ContainerView<'_>) -> bool {
    container.effective(&["runAsUser"]).and_then(|node| node.as_i64()).is_none_or(|user| user == 0)
}
