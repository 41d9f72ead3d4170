//! `pod-capability-sys-module`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::pod::capability::{self, ALL};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-capability-sys-module",
    title: "container adds the capability `SYS_MODULE`",
    why: "a process with `SYS_MODULE` loads code of its own into the kernel of the node, and nothing of the \
          container holds it after that",
    help: "remove `SYS_MODULE`; let the node load the modules that it needs (`modules-load.d`, a driver container \
          of its operator)",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if container.pod().is_windows() {
        return out.not_applicable();
    }
    for added in capability::added(container) {
        let message = match added.name.as_str() {
            "SYS_MODULE" => format!("{} adds the capability `SYS_MODULE`", container.label()),
            ALL => format!(
                "{} adds all capabilities with `{}`, `SYS_MODULE` among them",
                container.label(),
                added.written
            ),
            _ => continue,
        };
        out.fail(added.place(), message).fix(added.removal());
    }
}
