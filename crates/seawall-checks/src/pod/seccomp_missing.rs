//! `pod-seccomp-missing`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::PodView;

use crate::pod::seccomp::runtime_default;
use crate::pod::setters;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-seccomp-missing",
    title: "container runs without a seccomp profile",
    why: "without a profile every system call of the kernel is open to the container, those too that only exploits use",
    help: "set `seccompProfile.type: RuntimeDefault`, once on the pod if it suits all containers",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    frameworks: &[
        "PSS:restricted",
        "CIS-1.12:5.7.2",
        "CIS-1.23:5.7.3",
        "CIS-GKE-1.9:4.6.2",
        "NSA:1.9",
        "NSA:1.10",
    ],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

const FIELD: [&str; 3] = ["securityContext", "seccompProfile", "type"];

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    if pod.is_windows() {
        return out.not_applicable();
    }
    for setter in setters(pod, &["seccompProfile", "type"]) {
        let kind = setter.node.scalar_text().unwrap_or_default();
        if !matches!(&*kind, "RuntimeDefault" | "Localhost") {
            let place = setter.place();
            let fix = Fix::set(FixRisk::Medium, place.route.clone(), "RuntimeDefault");
            out.fail(place, format!("{} has seccomp profile `{kind}`, which is none", setter.label()))
                .confidence(Confidence::High)
                .fix(fix);
        }
    }
    let unset =
        pod.containers().filter(|container| container.effective(&["seccompProfile", "type"]).is_none());
    for container in unset {
        // A node may have a default of its own (`seccompDefault` of the kubelet), which is not seen here.
        out.fail(container.place(&FIELD), format!("{} has no seccomp profile", container.label()))
            .fix(runtime_default(&container));
    }
}
