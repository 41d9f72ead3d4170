//! `pod-run-as-non-root`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::{ContainerView, PodView};

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-run-as-non-root",
    title: "container may run as root",
    why: "root in a container is root on the node as soon as anything lets it out, and it owns every file in the image and most mounts until then",
    help: "build the image with a numeric non-root `USER`, set `runAsUser` to a number above 0 where it is 0, then set \
           `runAsNonRoot: true`, on the pod if it suits all containers",
    pillar: Pillar::Images,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["PSS:restricted", "CIS-1.23:5.2.7", "NSA:1.0"],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// Why there is no fix.
const ROOT_FIRST: &str = "set `runAsUser` to a number above 0 first";

const FIELD: [&str; 2] = ["securityContext", "runAsNonRoot"];

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    // Root of a user namespace is nobody on the node; the restricted level stopped asking in 1.35.
    if pod.in_user_namespace() {
        return out.not_applicable();
    }
    let on_pod = pod.security_context().and_then(|context| context.bool("runAsNonRoot"));
    let mut inherited = false;
    let mut inheriting_root = false;
    for container in pod.containers().filter(may_be_root) {
        let own = container.security_context().and_then(|context| context.bool("runAsNonRoot"));
        let message = match (own, on_pod) {
            (Some(true), _) | (None, Some(true)) => continue,
            (None, Some(false)) => {
                inherited = true;
                inheriting_root |= is_root(&container);
                continue;
            }
            (Some(false), _) => format!("{} is allowed to run as root", container.label()),
            (None, None) => format!("{} may run as root", container.label()),
        };
        let place = container.place(&FIELD);
        let fix = Fix::set(FixRisk::Medium, place.route.clone(), true);
        let draft = out.fail(place, message);
        match is_root(&container) {
            true => draft.note(ROOT_FIRST),
            false => draft.fix(fix),
        };
    }
    // One wrong field, however many containers inherit it.
    if inherited {
        let place = pod.place(&FIELD);
        let fix = Fix::set(FixRisk::Medium, place.route.clone(), true);
        let draft = out.fail(place, "pod allows its containers to run as root");
        match inheriting_root {
            true => draft.note(ROOT_FIRST),
            false => draft.fix(fix),
        };
    }
}

/// Whether no user id but 0 is set for the container.
fn may_be_root(container: &ContainerView<'_>) -> bool {
    user(container).is_none_or(|user| user == 0)
}

/// Whether user 0 is set for the container: the kubelet does not start it beside `runAsNonRoot: true`.
fn is_root(container: &ContainerView<'_>) -> bool {
    user(container) == Some(0)
}

fn user(container: &ContainerView<'_>) -> Option<i64> {
    container.effective(&["runAsUser"]).and_then(|node| node.as_i64())
}
