//! Kinds of workloads: what keeps pods running, how many, and for how long.

use seawall_core::OriginKind;
use seawall_inventory::{GroupKind, Inventory, PodView, Resource};
use seawall_yaml::Node;

/// Deployments and what other projects make of them.
pub(crate) const DEPLOYMENTS: &[GroupKind<'static>] = &[
    GroupKind::new("apps", "Deployment"),
    GroupKind::new("extensions", "Deployment"),
    GroupKind::new("apps.openshift.io", "DeploymentConfig"),
    GroupKind::new("argoproj.io", "Rollout"),
];

/// StatefulSets.
pub(crate) const STATEFUL_SETS: &[GroupKind<'static>] = &[GroupKind::new("apps", "StatefulSet")];

/// What keeps a number of pods running.
pub(crate) const REPLICATED: &[GroupKind<'static>] = &[
    GroupKind::new("apps", "Deployment"),
    GroupKind::new("extensions", "Deployment"),
    GroupKind::new("apps.openshift.io", "DeploymentConfig"),
    GroupKind::new("argoproj.io", "Rollout"),
    GroupKind::new("apps", "StatefulSet"),
    GroupKind::new("apps", "ReplicaSet"),
    GroupKind::new("extensions", "ReplicaSet"),
    GroupKind::new("", "ReplicationController"),
];

/// Objects that people write to run something: pods, what makes them, and the same under old or foreign names. Unlike
/// what holds a pod template, they count before the template is written.
pub(crate) const WORKLOADS: &[GroupKind<'static>] = &[
    GroupKind::new("", "Pod"),
    GroupKind::new("", "ReplicationController"),
    GroupKind::new("apps", "DaemonSet"),
    GroupKind::new("apps", "Deployment"),
    GroupKind::new("apps", "ReplicaSet"),
    GroupKind::new("apps", "StatefulSet"),
    GroupKind::new("extensions", "DaemonSet"),
    GroupKind::new("extensions", "Deployment"),
    GroupKind::new("extensions", "ReplicaSet"),
    GroupKind::new("batch", "CronJob"),
    GroupKind::new("batch", "Job"),
    GroupKind::new("apps.openshift.io", "DeploymentConfig"),
    GroupKind::new("argoproj.io", "Rollout"),
];

/// Namespaces of the cluster itself.
pub(crate) const SYSTEM_NAMESPACES: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

/// The resources of these kinds that no controller made.
pub(crate) fn unmanaged<'i>(
    inventory: &'i Inventory,
    kinds: &'static [GroupKind<'static>],
) -> impl Iterator<Item = &'i Resource> {
    inventory
        .resources()
        .iter()
        .filter(|resource| kinds.contains(&resource.group_kind()) && !is_managed(inventory, resource))
}

/// Whether a controller made it, here or not; a Node, which owns static pods, does not count when it is not here.
pub(crate) fn is_managed(inventory: &Inventory, resource: &Resource) -> bool {
    inventory.controller_of(resource).is_some() || inventory.absent_controller(resource).is_some()
}

/// The number of replicas as written.
pub(crate) fn replicas(resource: &Resource) -> Option<i64> {
    resource.root().path(&["spec", "replicas"]).and_then(Node::as_i64)
}

/// The number of replicas in effect: 1 when unset.
pub(crate) fn effective_replicas(resource: &Resource) -> i64 {
    replicas(resource).unwrap_or(1)
}

/// Whether a workload says itself that it is one pod, or none: nothing can be spread or kept in turn.
pub(crate) fn is_single(resource: &Resource) -> bool {
    replicas(resource).is_some_and(|replicas| replicas < 2)
}

/// Whether the pod is meant to run until somebody stops it: its containers are started again when they end. Pods of Jobs
/// and CronJobs run to their end.
pub(crate) fn is_long_running(pod: &PodView<'_>) -> bool {
    let batch = pod.resource().group() == "batch";
    !batch && pod.spec().str("restartPolicy").is_none_or(|policy| policy == "Always")
}

/// Whether the pod mounts a claim, so that another copy may have to wait for the volume.
pub(crate) fn has_claim(pod: &PodView<'_>) -> bool {
    pod.volumes().any(|volume| volume.node().get("persistentVolumeClaim").is_some())
}

/// Whether the object was read from a cluster, where the API server has filled in defaults and controllers have written.
pub(crate) fn is_live(resource: &Resource) -> bool {
    match resource.origin().kind {
        OriginKind::File | OriginKind::Rendered => false,
        OriginKind::Snapshot | OriginKind::Cluster => true,
    }
}
