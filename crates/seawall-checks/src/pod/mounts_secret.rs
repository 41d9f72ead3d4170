//! `pod-mounts-secret`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, PodView, VolumeView};

use crate::pod::object::{fail_mounted, projected};
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-mounts-secret",
    title: "container mounts a Secret",
    why: "whoever runs code in the container reads the Secret and uses it elsewhere, from outside the cluster too",
    help: "mount only the keys that are needed, into the one container that needs them, and prefer short-lived \
          credentials",
    pillar: Pillar::Nodes,
    profile: Profile::All,
    severity: Severity::High,
    confidence: Confidence::High,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    fail_mounted(pod, GroupKind::new("", "Secret"), "Secret", names, out);
}

/// The Secrets that the volume names, by itself or as a part of a projection.
fn names(volume: &VolumeView<'_>) -> Vec<String> {
    let own = volume.node().path(&["secret", "secretName"]).and_then(|name| name.as_str()).map(str::to_owned);
    own.into_iter().chain(projected(volume, "secret")).collect()
}
