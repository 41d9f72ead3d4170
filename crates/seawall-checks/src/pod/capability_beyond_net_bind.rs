//! `pod-capability-beyond-net-bind`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::pod::capability;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-capability-beyond-net-bind",
    title: "container adds a capability other than `NET_BIND_SERVICE`",
    why: "a program that runs as an ordinary user needs no capability but, at most, the one to listen on ports below 1024",
    help: "remove the capability: run as the user that the files belong to, and let the cluster do what needs root",
    pillar: Pillar::Nodes,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["PSS:restricted"],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

/// Pod Security Standards, restricted: Capabilities.
const ALLOWED: [&str; 1] = ["NET_BIND_SERVICE"];

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if container.pod().is_windows() {
        return out.not_applicable();
    }
    capability::fail_beyond(container, &ALLOWED, ", which is more than `NET_BIND_SERVICE`", out);
}
