//! `pod-capability-sys-admin`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::pod::capability::{self, ALL};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-capability-sys-admin",
    title: "container adds the capability `SYS_ADMIN`",
    why: "`SYS_ADMIN` lets a process mount file systems, enter namespaces and load BPF programs: it is close to \
          `privileged: true`",
    help: "remove `SYS_ADMIN`; find out which call needs it and use a narrower capability or a device plugin",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.23:5.7.3"],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if container.pod().is_windows() {
        return out.not_applicable();
    }
    for added in capability::added(container) {
        let message = match added.name.as_str() {
            "SYS_ADMIN" => format!("{} adds the capability `SYS_ADMIN`", container.label()),
            ALL => {
                format!(
                    "{} adds all capabilities with `{}`, `SYS_ADMIN` among them",
                    container.label(),
                    added.written
                )
            }
            _ => continue,
        };
        out.fail(added.place(), message).fix(added.removal());
    }
}
