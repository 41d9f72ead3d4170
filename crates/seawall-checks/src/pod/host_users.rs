//! `pod-host-users`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::PodView;

use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-host-users",
    title: "pod shares the user numbers of the node",
    why: "without a user namespace root in the container is root of the node for the kernel, for every file and \
          every process that it reaches",
    help: "set `hostUsers: false` (Kubernetes 1.33 or newer, a runtime and file systems with id-mapped mounts)",
    pillar: Pillar::Nodes,
    profile: Profile::All,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// From here on clusters have user namespaces without a feature gate.
const SINCE: (u32, u32) = (1, 33);

/// The API server refuses a user namespace beside these.
const EXCLUDE: [&str; 3] = ["hostNetwork", "hostPID", "hostIPC"];

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let too_old = out.inventory().server_version().is_some_and(|version| version < SINCE);
    if too_old || pod.is_windows() || EXCLUDE.iter().any(|flag| pod.host_flag(flag)) {
        return out.not_applicable();
    }
    if !pod.in_user_namespace() {
        let place = pod.place(&["hostUsers"]);
        let fix = Fix::set(FixRisk::Medium, place.route.clone(), false);
        out.fail(place, "pod does not use a user namespace").fix(fix);
    }
}
