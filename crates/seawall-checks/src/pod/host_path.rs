//! `pod-host-path`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-host-path",
    title: "pod mounts a path of the node",
    why: "a `hostPath` volume is the node's own disk: what one pod leaves there, other pods and the node read, and the \
          pod depends on the node that it happens to run on",
    help: "use a volume that belongs to the pod: a claim, an `emptyDir`, a ConfigMap or a `local` PersistentVolume",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["PSS:baseline", "PSS:restricted", "CIS-1.23:5.2.12", "MITRE:Privilege escalation"],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    for volume in pod.volumes() {
        let Some(path) = volume.host_path() else { continue };
        let draft = out.fail(
            volume.place(&["hostPath"]),
            format!("volume `{}` is the path `{path}` of the node", volume.name()),
        );
        for container in pod.containers() {
            for mount in container.volume_mounts().filter(|mount| mount.volume == volume.name()) {
                draft.related(pod.place_of(mount.node), format!("mounted in {}", container.label()));
            }
        }
    }
}
