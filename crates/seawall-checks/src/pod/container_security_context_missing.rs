//! `pod-container-security-context-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::pod::says_nothing;
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-container-security-context-missing",
    title: "container has no security context",
    why: "capabilities, privilege escalation and the root file system can be limited on the container only, and \
          nothing is",
    help: "write a `securityContext` on the container: drop `ALL`, `allowPrivilegeEscalation: false`, \
          `readOnlyRootFilesystem: true`",
    pillar: Pillar::Nodes,
    profile: Profile::All,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if container.security_context().is_none_or(says_nothing) {
        let place = container.place(&["securityContext"]);
        out.fail(place, format!("{} has no security context", container.label()));
    }
}
