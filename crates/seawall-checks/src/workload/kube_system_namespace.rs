//! `workload-kube-system-namespace`

use seawall_core::{Confidence, Pillar, Route, Severity};
use seawall_inventory::{Place, PodView};

use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-kube-system-namespace",
    title: "workload of a user runs in `kube-system`",
    why: "it shares a namespace with the parts of the cluster itself: whoever may change it can mostly \
          change those too",
    help: "move it to a namespace of its own",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    frameworks: &["NSA:1.12"],
    settings: &[SYSTEM],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

const SYSTEM: Setting = Setting {
    name: "systemWorkloads",
    doc: "Workloads that belong into kube-system, by name; `*` at the end stands for any rest",
    default: SettingDefault::Strings(&[
        "coredns*",
        "etcd*",
        "kube-apiserver*",
        "kube-controller-manager*",
        "kube-dns*",
        "kube-proxy*",
        "kube-scheduler*",
        "metrics-server*",
    ]),
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let resource = pod.resource();
    if resource.namespace() != Some("kube-system") {
        return out.not_applicable();
    }
    let names = out.settings().strings(SYSTEM.name);
    let is_named = names.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => resource.name().starts_with(start),
        None => resource.name() == *known,
    });
    if is_named || is_part_of_cluster(pod) {
        return;
    }
    let place = Place { resource: resource.id(), route: Route::root().keys(&["metadata", "namespace"]) };
    out.fail(place, "runs in `kube-system` and is no part of the cluster");
}

/// Whether it says of itself that the cluster does not work without it.
fn is_part_of_cluster(pod: &PodView<'_>) -> bool {
    let resource = pod.resource();
    let labels = [resource.labels(), pod.labels()];
    let has = |key, value: &str| labels.iter().any(|labels| labels.get(key) == Some(value));
    let priority = pod.spec().str("priorityClassName");
    matches!(priority, Some("system-node-critical" | "system-cluster-critical"))
        || has("tier", "control-plane")
        || has("kubernetes.io/cluster-service", "true")
        || labels.iter().any(|labels| labels.get("addonmanager.kubernetes.io/mode").is_some())
}
