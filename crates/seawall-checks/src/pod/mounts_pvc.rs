//! `pod-mounts-pvc`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, PodView, VolumeView};

use crate::pod::object::fail_mounted;
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-mounts-pvc",
    title: "container mounts a persistent volume",
    why: "what an attacker changes on the volume outlives the pod and reaches the next one that mounts it; what it \
          holds is his",
    help: "mount it read-only where the program only reads, and in as few pods as possible",
    pillar: Pillar::Nodes,
    profile: Profile::All,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    fail_mounted(pod, GroupKind::new("", "PersistentVolumeClaim"), "PersistentVolumeClaim", names, out);
}

/// The claim that the volume names.
fn names(volume: &VolumeView<'_>) -> Vec<String> {
    let claim = volume.node().path(&["persistentVolumeClaim", "claimName"]);
    claim.and_then(|name| name.as_str()).map(str::to_owned).into_iter().collect()
}
