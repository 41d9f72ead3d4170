//! `pod-linux-hardening`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::pod::apparmor::has_profile;
use crate::pod::says_nothing;
use crate::pod::seccomp::runtime_default;
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-linux-hardening",
    title: "nothing restricts what the container asks of the kernel",
    why: "no seccomp or AppArmor profile, no SELinux options and no dropped capability: a flaw in the program meets \
          the whole kernel",
    help: "set `seccompProfile.type: RuntimeDefault` and drop `ALL` capabilities",
    pillar: Pillar::Nodes,
    profile: Profile::All,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["NSA:general"],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if container.pod().is_windows() {
        return out.not_applicable();
    }
    let seccomp = container.effective(&["seccompProfile", "type"]).and_then(|node| node.as_str());
    let selinux = container.effective(&["seLinuxOptions"]).is_some_and(|options| !says_nothing(options));
    let restricted = matches!(seccomp, Some("RuntimeDefault" | "Localhost"))
        || has_profile(container)
        || selinux
        || container.capabilities("drop").next().is_some();
    if restricted {
        return;
    }
    let place = container.place(&["securityContext"]);
    let draft = out.fail(place, format!("nothing restricts what {} asks of the kernel", container.label()));
    match seccomp {
        // Whoever wrote `Unconfined` had a reason: `pod-seccomp-unconfined` speaks of it.
        Some(_) => draft,
        None => draft.fix(runtime_default(container)),
    };
}
