//! `workload-name-missing`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::Resource;

use crate::workload::fields::place;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-name-missing",
    title: "object has no name",
    why: "it cannot be applied: the API server wants a name or a prefix for one",
    help: "set `metadata.name`, or `metadata.generateName` for what is made anew each time",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    judge: Judge::Resource(&[], judge),
    ..Check::PLAIN
};

/// Groups of files that programs read themselves and no API server stores.
const FILES: [&str; 6] = [
    "audit.k8s.io",
    "kubeadm.k8s.io",
    "kind.x-k8s.io",
    "kustomize.config.k8s.io",
    "client.authentication.k8s.io",
    "k3d.io",
];

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    let group = resource.group();
    let is_file = FILES.contains(&group)
        || group.ends_with("config.k8s.io")
        || group.is_empty() && matches!(resource.kind(), "Config" | "List" | "Status");
    // Questions and requests that are answered at once have no name either.
    let kind = resource.kind();
    if is_file || kind.ends_with("List") || kind.ends_with("Review") {
        return out.not_applicable();
    }
    if resource.name().is_empty() {
        out.fail(place(resource, &["metadata", "name"]), format!("{kind} without a name"));
    }
}
