//! `workload-default-namespace`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Resource, is_cluster_scoped};

use crate::workload::fields::place;
use crate::workload::workload::is_managed;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-default-namespace",
    title: "object lives in the default namespace",
    why: "rights, quotas and network policies are given by namespace, and this one is shared by \
          everything that nobody placed",
    help: "put the object into a namespace of its application",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &[
        "CIS-1.12:5.7.4",
        "CIS-1.23:5.7.4",
        "CIS-EKS-1.8:4.5.2",
        "CIS-AKS-1.8:4.7.3",
        "CIS-GKE-1.9:4.6.4",
    ],
    judge: Judge::Resource(&[], judge),
    ..Check::PLAIN
};

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    let kind = resource.group_kind();
    let place = place(resource, &["metadata", "namespace"]);
    let message = match resource.namespace() {
        Some("default") => "lives in the default namespace",
        Some(_) => return,
        // A kind that is not built in may have no namespace at all.
        None if is_cluster_scoped(kind) || !is_built_in(kind) => return out.not_applicable(),
        None => "names no namespace, so it lands in the default one unless told otherwise",
    };
    if is_provided(kind, resource.name()) || is_managed(out.inventory(), resource) {
        return out.not_applicable();
    }
    out.fail(place, message);
}

/// Groups whose kinds are part of Kubernetes.
fn is_built_in(kind: GroupKind<'_>) -> bool {
    let file = matches!(kind.kind, "List" | "Config" | "Status") || kind.group.ends_with("config.k8s.io");
    !file && (!kind.group.contains('.') || BUILT_IN.contains(&kind.group))
}

const BUILT_IN: [&str; 8] = [
    "authorization.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "networking.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "storage.k8s.io",
];

/// What the cluster itself keeps in the default namespace, and what comes and goes by itself.
fn is_provided(kind: GroupKind<'_>, name: &str) -> bool {
    match kind.kind {
        "Service" | "Endpoints" | "EndpointSlice" => name == "kubernetes",
        "ServiceAccount" => name == "default",
        "ConfigMap" => name == "kube-root-ca.crt",
        "Event" | "Lease" => true,
        _ => false,
    }
}
