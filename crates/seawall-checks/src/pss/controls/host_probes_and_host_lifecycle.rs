//! `hostProbesAndHostLifecycle`: the kubelet is not sent to hosts of the pod's choice.

use std::collections::BTreeSet;

use crate::pss::control::{Control, Fault};
use crate::pss::exact::Pod;
use crate::pss::policy::Level;
use crate::pss::setters::{Values, plural, quoted};

pub(super) const CONTROL: Control = Control {
    id: "hostProbesAndHostLifecycle",
    check: "pss-host-probes-and-host-lifecycle",
    level: Level::Baseline,
    title: "probe or lifecycle hook names a host",
    why: "the kubelet makes the request from the node's network: a pod can have it call what only nodes reach",
    help: "remove `host` from `httpGet` and `tcpSocket`; the pod's own address is the default",
    overrides: None,
    revisions: &[(34, no_host)],
};

fn no_host(pod: &Pod<'_>) -> Option<Fault> {
    // Names are a set here, unlike in the other controls: upstream sorts them and counts namesakes once.
    let mut names = BTreeSet::new();
    let mut hosts = Values::new();
    let mut places = Vec::new();
    for container in &pod.containers {
        for (place, host) in &container.handler_hosts {
            names.insert(container.name);
            hosts.insert(*host);
            places.push(place.clone());
        }
    }
    if places.is_empty() {
        return None;
    }
    Some(Fault {
        reason: "probe or lifecycle host",
        detail: format!(
            "{} {} {} {} {}",
            plural("container", "containers", names.len()),
            quoted(names.iter().copied()),
            plural("uses", "use", names.len()),
            plural("probe or lifecycle host", "probe or lifecycle hosts", hosts.len()),
            quoted(hosts.iter().copied()),
        ),
        places,
    })
}
