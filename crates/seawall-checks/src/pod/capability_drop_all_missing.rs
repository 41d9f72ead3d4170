//! `pod-capability-drop-all-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::pod::capability::{ALL, drop_all};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-capability-drop-all-missing",
    title: "container keeps capabilities that it was not asked about",
    why: "what is not dropped stays: runtimes grant a dozen capabilities to every container, and few programs need one",
    help: "drop `ALL` and add back the few that are needed",
    pillar: Pillar::Nodes,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["PSS:restricted", "CIS-1.23:5.2.10"],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if container.pod().is_windows() {
        return out.not_applicable();
    }
    let dropped: Vec<&str> = container.capabilities("drop").map(|(_, name)| name).collect();
    if dropped.iter().any(|name| name.eq_ignore_ascii_case(ALL)) {
        return;
    }
    let label = container.label();
    let message = match dropped.as_slice() {
        [] => format!("{label} drops no capability"),
        some => format!("{label} drops `{}` but not `ALL`", some.join("`, `")),
    };
    let place = container.place(&["securityContext", "capabilities", "drop"]);
    out.fail(place, message).fix(drop_all(container));
}
