//! `pod-seccomp-unconfined`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::PodView;

use crate::pod::setters;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-seccomp-unconfined",
    title: "seccomp is switched off",
    why: "`Unconfined` opens every system call of the kernel, even on nodes whose default is a profile",
    help: "set `seccompProfile.type: RuntimeDefault`, or `Localhost` with a profile that allows what the program needs",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["PSS:baseline", "PSS:restricted", "CIS-1.23:5.7.2", "CIS-1.23:5.7.3"],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    if pod.is_windows() {
        return out.not_applicable();
    }
    for setter in setters(pod, &["seccompProfile", "type"]) {
        let kind = setter.node.scalar_text().unwrap_or_default();
        let message = match &*kind {
            "RuntimeDefault" | "Localhost" => continue,
            "Unconfined" => format!("{} switches seccomp off", setter.label()),
            other => format!("{} sets the unknown seccomp profile type `{other}`", setter.label()),
        };
        let place = setter.place();
        let fix = Fix::set(FixRisk::Medium, place.route.clone(), "RuntimeDefault");
        out.fail(place, message).fix(fix);
    }
}
