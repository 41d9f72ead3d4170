//! Roles and bindings.

use super::other::cluster_metadata;
use super::{NAMESPACES, labels};
use crate::generate::value::{Chance, Fields, Value, map, text};

const GROUP: &str = "rbac.authorization.k8s.io/v1";

/// Names of roles, some of which come with the control plane.
const ROLES: [&str; 13] = [
    "cluster-admin",
    "admin",
    "edit",
    "view",
    "reader",
    "operator",
    "system:kubelet-api-admin",
    "system:controller:horizontal-pod-autoscaler",
    "system:controller:disruption-controller",
    "system:controller:generic-garbage-collector",
    "system:kube-controller-manager",
    "system:public-info-viewer",
    "kubeadm:bootstrap-signer-clusterinfo",
];

/// A role or a binding.
pub(super) fn object(chance: &mut Chance) -> Value {
    let kind = chance.pick(&["ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding"]);
    let mut home = cluster_metadata(chance, kind);
    home.set("name", chance.word(&ROLES));
    home.set("labels", labels(chance));
    if !kind.starts_with("Cluster") {
        let namespaces = ["kube-public", NAMESPACES[chance.below(NAMESPACES.len())]];
        home.set("namespace", chance.word(&namespaces));
    }
    let mut made = map([("apiVersion", text(GROUP)), ("kind", text(kind)), ("metadata", home)]);
    if kind.ends_with("Binding") {
        let whole = kind == "ClusterRoleBinding" || chance.often(50);
        let name = chance.word(&ROLES);
        // The bindings of a control plane have the name of their role.
        if chance.often(50)
            && let Some(metadata) = made.get_mut("metadata")
        {
            metadata.set("name", name.clone());
        }
        made.set(
            "roleRef",
            map([
                ("apiGroup", text("rbac.authorization.k8s.io")),
                ("kind", text(if whole { "ClusterRole" } else { "Role" })),
                ("name", name),
            ]),
        );
        if chance.often(90) {
            made.set("subjects", chance.list(3, subject));
        }
    } else {
        made.set("rules", chance.list(4, rule));
    }
    made
}

fn subject(chance: &mut Chance) -> Value {
    let (kind, name) = [
        ("User", "system:anonymous"),
        ("User", "alice"),
        ("Group", "system:unauthenticated"),
        ("Group", "system:authenticated"),
        ("Group", "system:masters"),
        ("Group", "system:anonymous"),
        ("ServiceAccount", "default"),
        ("ServiceAccount", "web"),
    ][chance.below(8)];
    let mut made = map([("kind", text(kind)), ("name", text(name))]);
    if kind == "ServiceAccount" {
        made.set("namespace", chance.word(&NAMESPACES));
    } else {
        made.set("apiGroup", text("rbac.authorization.k8s.io"));
    }
    made
}

fn rule(chance: &mut Chance) -> Value {
    const VERBS: [&str; 8] = ["get", "list", "watch", "create", "delete", "deletecollection", "*", "update"];
    const RESOURCES: [&str; 16] = [
        "pods",
        "pods/exec",
        "pods/attach",
        "pods/log",
        "*",
        "*/exec",
        "*/attach",
        "*/log",
        "secrets",
        "serviceaccounts",
        "deployments",
        "nodes/proxy",
        "nodes/log",
        "nodes/pods",
        "*/scale",
        "configmaps",
    ];
    if chance.often(12) {
        return Fields::new(chance)
            .with("nonResourceURLs", |chance| chance.words(2, &["*", "/healthz"]))
            .with("verbs", |chance| chance.words(2, &VERBS))
            .done();
    }
    Fields::new(chance)
        .maybe(95, "apiGroups", |chance| chance.words(2, &["", "", "apps", "*", "custom.metrics.k8s.io"]))
        .maybe(95, "resources", |chance| chance.words(3, &RESOURCES))
        .with("verbs", |chance| chance.words(3, &VERBS))
        .maybe(20, "resourceNames", |chance| chance.words(2, &["a", "b"]))
        .done()
}
