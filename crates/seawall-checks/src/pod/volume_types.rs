//! `pod-volume-types`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::pss::ALLOWED_SOURCES;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-volume-types",
    title: "pod uses a volume type that the restricted level refuses",
    why: "such volumes name a storage server or a path of the node in the pod itself, so whoever may create pods chooses \
          what is mounted; claims leave that to the cluster's administrators",
    help: "reach storage through a PersistentVolumeClaim, and keep to the other types that belong to the pod",
    pillar: Pillar::Nodes,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["PSS:restricted"],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    for volume in pod.volumes() {
        if volume.sources().any(|(kind, _)| ALLOWED_SOURCES.contains(&kind)) {
            continue;
        }
        // Without any source the API server makes it an `emptyDir`.
        let Some((kind, _)) = volume.sources().next() else { continue };
        out.fail(volume.place(&[kind]), format!("volume `{}` is of type `{kind}`", volume.name()));
    }
}
