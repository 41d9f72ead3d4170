//! `pod-mounts-configmap`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, PodView, VolumeView};

use crate::pod::object::{fail_mounted, projected};
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-mounts-configmap",
    title: "container mounts a ConfigMap",
    why: "its content says where to go next: hosts, users, feature flags; and who may change it changes what the \
          program does",
    help: "keep credentials out of it, mount only the keys that are needed, and set `immutable: true` where it \
          never changes",
    pillar: Pillar::Nodes,
    profile: Profile::All,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    fail_mounted(pod, GroupKind::new("", "ConfigMap"), "ConfigMap", names, out);
}

/// Public certificates that the cluster puts into every namespace.
const PUBLIC: [&str; 2] = ["kube-root-ca.crt", "openshift-service-ca.crt"];

/// The ConfigMaps that the volume names, by itself or as a part of a projection.
fn names(volume: &VolumeView<'_>) -> Vec<String> {
    let own = volume.node().path(&["configMap", "name"]).and_then(|name| name.as_str()).map(str::to_owned);
    let all = own.into_iter().chain(projected(volume, "configMap"));
    all.filter(|name| !PUBLIC.contains(&name.as_str())).collect()
}
