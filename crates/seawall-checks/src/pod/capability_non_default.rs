//! `pod-capability-non-default`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::pod::capability;
use crate::pss::DEFAULT_CAPABILITIES;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-capability-non-default",
    title: "container adds a capability that the baseline level refuses",
    why: "beyond the capabilities that runtimes grant anyway, each one opens a part of the kernel that containers were \
          not meant to reach",
    help: "remove the capability, or keep to those that the baseline level allows",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["PSS:baseline", "PSS:restricted"],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if container.pod().is_windows() {
        return out.not_applicable();
    }
    capability::fail_beyond(container, &DEFAULT_CAPABILITIES, ", which is none of the defaults", out);
}
