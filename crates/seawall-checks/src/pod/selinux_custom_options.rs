//! `pod-selinux-custom-options`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::PodView;

use crate::pod::setters;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-selinux-custom-options",
    title: "pod chooses its own SELinux type, user or role",
    why: "types such as `spc_t` are confined by nothing; another user or role reaches types that containers must not have",
    help: "remove the field: `level` is all that pods need to set; ask for a type in the node's policy if access is denied",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["PSS:baseline", "PSS:restricted", "CIS-1.23:5.7.3"],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// Pod Security Standards, baseline: SELinux, newest version; empty means unset.
const TYPES: [&str; 5] = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    if pod.is_windows() {
        return out.not_applicable();
    }
    for (what, keys, allowed) in [
        ("type", &["seLinuxOptions", "type"], TYPES.as_slice()),
        ("user", &["seLinuxOptions", "user"], &[""]),
        ("role", &["seLinuxOptions", "role"], &[""]),
    ] {
        for setter in setters(pod, keys) {
            let Some(value) = setter.node.as_str().filter(|value| !allowed.contains(value)) else { continue };
            let place = setter.place();
            let fix = Fix::remove(FixRisk::Medium, place.route.clone());
            out.fail(place, format!("{} sets the SELinux {what} `{value}`", setter.label())).fix(fix);
        }
    }
}
