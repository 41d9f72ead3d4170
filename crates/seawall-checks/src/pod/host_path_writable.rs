//! `pod-host-path-writable`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::check::Prepared;
use crate::pod::host_path::{RuntimeSockets, SOCKETS};
use crate::settings::CheckSettings;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-host-path-writable",
    title: "container can write to a path of the node",
    why: "files that a container writes to the node outlive it and are read by the node and by other pods: the way to \
          stay on a node and to move on from it",
    help: "set `readOnly: true` on the mount, or use a volume that belongs to the pod; the mount of a socket has to go, since \
           `readOnly` limits nothing there",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["MITRE:Lateral Movement", "MITRE:Persistence"],
    prepare: Some(prepare),
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn prepare(_: &CheckSettings<'_>) -> Prepared {
    Box::new(RuntimeSockets::new(SOCKETS))
}

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    let Some(sockets) = out.prepared::<RuntimeSockets>() else { return };
    for mount in container.volume_mounts().filter(|mount| !mount.read_only) {
        let named = container.pod().volumes().find(|volume| volume.name() == mount.volume);
        let Some((volume, path)) = named.and_then(|volume| Some((volume, volume.host_path()?))) else {
            continue;
        };
        let place = container.place_of(mount.node).keys(&["readOnly"]);
        // Whoever mounts a path of the node writable mostly writes there.
        let fix = Fix::set(FixRisk::High, place.route.clone(), true);
        let draft = out.fail(place, format!("{} can write to `{path}` of the node", container.label()));
        draft.related(volume.place(&["hostPath"]), "the volume");
        let kind = volume.node().path(&["hostPath", "type"]).and_then(|kind| kind.as_str());
        match kind == Some("Socket") || path.ends_with(".sock") || sockets.contains(path) {
            true => draft.note("`readOnly` limits nothing on a socket: drop the mount"),
            false => draft.fix(fix),
        };
    }
}
