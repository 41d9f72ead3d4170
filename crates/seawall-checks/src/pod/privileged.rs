//! `pod-privileged`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-privileged",
    title: "container runs privileged",
    why: "a privileged container has every capability, every device and no seccomp, AppArmor or SELinux confinement: \
          whoever runs code in it owns the node",
    help: "remove `privileged: true`; if the container needs one kernel feature, add just that capability",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &[
        "PSS:baseline",
        "PSS:restricted",
        "CIS-1.23:5.2.2",
        "NSA:1.2",
        "MITRE:Privilege escalation",
    ],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

const FIELD: [&str; 2] = ["securityContext", "privileged"];

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if container.node().path(&FIELD).and_then(|node| node.as_bool()) == Some(true) {
        let place = container.place(&FIELD);
        let fix = Fix::set(FixRisk::High, place.route.clone(), false);
        out.fail(place, format!("{} runs privileged", container.label())).fix(fix);
    }
}
