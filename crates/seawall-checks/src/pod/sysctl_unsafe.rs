//! `pod-sysctl-unsafe`

use std::borrow::Cow;

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::PodView;

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-sysctl-unsafe",
    title: "pod sets an unsafe sysctl",
    why: "such kernel parameters are not known to be bounded to the pod: they can weaken the kernel, starve other pods or \
          take the node down",
    help: "remove the sysctl, or tune the nodes instead",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["PSS:baseline", "PSS:restricted"],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// Pod Security Standards, baseline: Sysctls, as of version 1.37.
const SAFE: [&str; 14] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_notsent_lowat",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
];

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    if pod.is_windows() {
        return out.not_applicable();
    }
    let sysctls = pod.security_context().map(|context| context.list("sysctls"));
    for sysctl in sysctls.into_iter().flatten() {
        let Some(name) = sysctl.str("name").filter(|name| !SAFE.contains(&&*dotted(name))) else { continue };
        let item = pod.place_of(sysctl);
        let fix = Fix::remove(FixRisk::Medium, item.route.clone());
        out.fail(item.keys(&["name"]), format!("pod sets the unsafe sysctl `{name}`")).fix(fix);
    }
}

/// The name with dots between its parts. Where the first separator is a slash, slashes separate and dots belong to the
/// parts (`net/ipv4/conf/eth0.1/…`), as in `sysctl(8)`.
fn dotted(name: &str) -> Cow<'_, str> {
    if name.find('/').is_none_or(|slash| name.find('.').is_some_and(|dot| dot < slash)) {
        return Cow::Borrowed(name);
    }
    let swap = |c| match c {
        '/' => '.',
        '.' => '/',
        c => c,
    };
    Cow::Owned(name.chars().map(swap).collect())
}
