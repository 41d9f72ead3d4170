//! `hostPathVolumes`: no volume is a path of the node.

use crate::pss::control::{Control, Fault};
use crate::pss::exact::Pod;
use crate::pss::policy::Level;
use crate::pss::setters::{plural, quoted};

pub(super) const CONTROL: Control = Control {
    id: "hostPathVolumes",
    check: "pss-host-path-volumes",
    level: Level::Baseline,
    title: "volume is a path of the node",
    why: "files of the node include credentials of the kubelet and of other pods, sockets of the runtime and programs that \
          root runs",
    help: "use a `persistentVolumeClaim`, `emptyDir`, `configMap` or `projected` volume instead",
    overrides: None,
    revisions: &[(0, no_host_path)],
};

fn no_host_path(pod: &Pod<'_>) -> Option<Fault> {
    let bad: Vec<_> = pod.volumes.iter().filter(|volume| volume.sources.contains(&"hostPath")).collect();
    if bad.is_empty() {
        return None;
    }
    let names = quoted(bad.iter().map(|volume| volume.name));
    Some(Fault {
        reason: "hostPath volumes",
        detail: format!("{} {names}", plural("volume", "volumes", bad.len())),
        places: bad.iter().map(|volume| volume.place("hostPath")).collect(),
    })
}
