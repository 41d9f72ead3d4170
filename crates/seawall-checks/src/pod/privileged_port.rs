//! `pod-privileged-port`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{ContainerView, PodView};

use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-privileged-port",
    title: "container listens on a privileged port",
    why: "ports below 1024 need root or `NET_BIND_SERVICE` on many nodes, and so they are the reason why programs \
          keep both",
    help: "listen on a port above 1023 and let the Service map 80 or 443 to it",
    pillar: Pillar::Nodes,
    profile: Profile::All,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

/// Ports below it are privileged, unless the pod says otherwise.
const FIRST_FREE: i64 = 1024;

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    if container.pod().is_windows() {
        return out.not_applicable();
    }
    let first_free = first_free(container.pod());
    for port in container.node().list("ports") {
        let number = port.int("containerPort").filter(|number| (1..first_free).contains(number));
        if let Some(number) = number {
            let place = container.place_of(port).keys(&["containerPort"]);
            out.fail(place, format!("{} listens on the privileged port {number}", container.label()));
        }
    }
}

/// The first port that needs no privilege in the pod's network.
fn first_free(pod: &PodView<'_>) -> i64 {
    let sysctls = pod.security_context().into_iter().flat_map(|context| context.list("sysctls"));
    let mut starts = sysctls
        .filter(|sysctl| sysctl.str("name") == Some("net.ipv4.ip_unprivileged_port_start"))
        .filter_map(|sysctl| sysctl.str("value")?.trim().parse().ok());
    starts.next().unwrap_or(FIRST_FREE)
}
