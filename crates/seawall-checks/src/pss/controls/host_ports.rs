//! `hostPorts`: no port of the node is taken.

use std::collections::BTreeSet;

use crate::pss::control::{Control, Fault};
use crate::pss::exact::Pod;
use crate::pss::policy::Level;
use crate::pss::setters::{Setters, plural};

pub(super) const CONTROL: Control = Control {
    id: "hostPorts",
    check: "pss-host-ports",
    level: Level::Baseline,
    title: "container takes a port of the node",
    why: "the port is reachable at the node's address, past Services and often past network policies",
    help: "remove `hostPort` and expose the pod by a Service",
    overrides: None,
    revisions: &[(0, no_host_port)],
};

fn no_host_port(pod: &Pod<'_>) -> Option<Fault> {
    // Sorted as texts, as upstream does.
    let mut ports: BTreeSet<String> = BTreeSet::new();
    let bad = Setters::containers(pod, |container| {
        let taken = container.host_ports.iter().filter(|(_, port)| *port != 0);
        let (indices, numbers): (Vec<usize>, Vec<String>) =
            taken.map(|(index, port)| (*index, port.to_string())).unzip();
        ports.extend(numbers);
        let place = |index| container.place(&["ports"]).index(index).keys(&["hostPort"]);
        indices.into_iter().map(place).collect::<Vec<_>>()
    });
    if bad.is_empty() {
        return None;
    }
    let list: Vec<&str> = ports.iter().map(String::as_str).collect();
    Some(Fault {
        reason: "hostPort",
        detail: format!(
            "{} {} {} {}",
            bad.phrase(),
            plural("uses", "use", bad.count()),
            plural("hostPort", "hostPorts", ports.len()),
            list.join(", "),
        ),
        places: bad.into_places(),
    })
}
