//! `sysctls`: only those that a namespace keeps from other pods.

use crate::pss::control::{Control, Fault};
use crate::pss::exact::Pod;
use crate::pss::policy::Level;

pub(super) const CONTROL: Control = Control {
    id: "sysctls",
    check: "pss-sysctls",
    level: Level::Baseline,
    title: "sysctl is not a safe one",
    why: "other kernel settings reach beyond the pod: they can harm or open up the node and its other pods",
    help: "remove the sysctl, or have the node's administrator set it",
    overrides: None,
    revisions: &[
        (0, |pod| only(&[FIRST], pod)),
        (27, |pod| only(&[FIRST, SINCE_27], pod)),
        (29, |pod| only(&[FIRST, SINCE_27, SINCE_29], pod)),
        (32, |pod| only(&[FIRST, SINCE_27, SINCE_29, SINCE_32], pod)),
        (37, |pod| only(&[FIRST, SINCE_27, SINCE_29, SINCE_32, SINCE_37], pod)),
    ],
};

const FIRST: &[&str] = &[
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_syncookies",
];
const SINCE_27: &[&str] = &["net.ipv4.ip_local_reserved_ports"];
const SINCE_29: &[&str] = &[
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
];
const SINCE_32: &[&str] = &["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"];
const SINCE_37: &[&str] = &["net.ipv4.tcp_notsent_lowat", "net.ipv4.tcp_slow_start_after_idle"];

fn only(allowed: &[&[&str]], pod: &Pod<'_>) -> Option<Fault> {
    let is_allowed = |name: &str| allowed.iter().any(|names| names.contains(&name));
    let bad: Vec<(usize, &str)> =
        pod.sysctls.iter().copied().enumerate().filter(|(_, name)| !is_allowed(name)).collect();
    if bad.is_empty() {
        return None;
    }
    let names: Vec<&str> = bad.iter().map(|(_, name)| *name).collect();
    let place = |index| pod.place(&["securityContext", "sysctls"]).index(index).keys(&["name"]);
    Some(Fault {
        reason: "forbidden sysctls",
        detail: names.join(", "),
        places: bad.iter().map(|(index, _)| place(*index)).collect(),
    })
}
