//! `pod-capability-any-added`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::pod::capability;
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-capability-any-added",
    title: "container adds a capability",
    why: "each added capability is a piece of root that an attacker in the container gets as well",
    help: "remove it: listen on a high port, drop the call that needs it, or move that step elsewhere",
    pillar: Pillar::Nodes,
    profile: Profile::All,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if container.pod().is_windows() {
        return out.not_applicable();
    }
    for added in capability::added(container) {
        let message = format!("{} adds the capability `{}`", container.label(), added.written);
        out.fail(added.place(), message).fix(added.removal());
    }
}
