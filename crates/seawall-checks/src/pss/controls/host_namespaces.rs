//! `hostNamespaces`: the pod does not share the node's network, processes or IPC.

use crate::pss::control::{Control, Fault};
use crate::pss::exact::Pod;
use crate::pss::policy::Level;

pub(super) const CONTROL: Control = Control {
    id: "hostNamespaces",
    check: "pss-host-namespaces",
    level: Level::Baseline,
    title: "pod shares a namespace of the node",
    why: "it sees the node's traffic, processes or shared memory and reaches what listens on the node only",
    help: "remove `hostNetwork`, `hostPID` and `hostIPC`",
    overrides: None,
    revisions: &[(0, none_shared)],
};

fn none_shared(pod: &Pod<'_>) -> Option<Fault> {
    let flags = [("hostNetwork", pod.host_network), ("hostPID", pod.host_pid), ("hostIPC", pod.host_ipc)];
    let set: Vec<&str> = flags.iter().filter(|(_, set)| *set).map(|(name, _)| *name).collect();
    if set.is_empty() {
        return None;
    }
    let details: Vec<String> = set.iter().map(|name| format!("{name}=true")).collect();
    Some(Fault {
        reason: "host namespaces",
        detail: details.join(", "),
        places: set.iter().map(|name| pod.place(&[name])).collect(),
    })
}
