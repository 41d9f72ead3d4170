//! `pod-host-path-writable`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::ContainerView;

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-host-path-writable",
    title: "container can write to a path of the node",
    why: "files that a container writes to the node outlive it and are read by the node and by other pods: the way to \
          stay on a node and to move on from it",
    help: "set `readOnly: true` on the mount, or use a volume that belongs to the pod",
    pillar: Pillar::Nodes,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["MITRE:Lateral Movement", "MITRE:Persistence"],
    judge: Judge::Container(judge),
    ..Check::PLAIN
};

fn judge(container: &ContainerView<'_>, out: &mut Verdicts<'_>) {
    for mount in container.volume_mounts().filter(|mount| !mount.read_only) {
        let named = container.pod().volumes().find(|volume| volume.name() == mount.volume);
        let Some((volume, path)) = named.and_then(|volume| Some((volume, volume.host_path()?))) else {
            continue;
        };
        let place = container.place_of(mount.node).keys(&["readOnly"]);
        let fix = Fix::set(FixRisk::Medium, place.route.clone(), true);
        out.fail(place, format!("{} can write to `{path}` of the node", container.label()))
            .related(volume.place(&["hostPath"]), "the volume")
            .fix(fix);
    }
}
