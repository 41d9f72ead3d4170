//! Steps that need several permissions, held by one identity or by several.

use crate::{WORLD, case, check, clusterwide, model, namespaced, pairs};

const RBAC: &str = "apiGroups: [rbac.authorization.k8s.io]";

#[test]
fn one_role_holds_all() {
    check(&[
        case(
            clusterwide(&format!("{{{RBAC}, resources: [clusterrolebindings], verbs: [create]}}, {{{RBAC}, resources: [clusterroles], verbs: [bind]}}")),
            "A25 ServiceAccount/ci/bot → cluster-admin",
            ("resources: [clusterroles]", "resources: [roles]"),
        ),
        case(
            namespaced(&format!("{{{RBAC}, resources: [rolebindings], verbs: [create]}}, {{{RBAC}, resources: [clusterroles], verbs: [bind]}}")),
            "A25 ServiceAccount/ci/bot → namespace-admin:ci",
            ("verbs: [bind]", "verbs: [get]"),
        ),
        case(
            clusterwide(&format!("{{{RBAC}, resources: [clusterroles], verbs: [escalate, update]}}")),
            "A24 ServiceAccount/ci/bot → cluster-admin",
            ("verbs: [escalate, update]", "verbs: [update]"),
        ),
        // Restricted to a role that it is bound to, it is as good as for all; to another one it is nothing.
        case(
            clusterwide(&format!("{{{RBAC}, resources: [clusterroles], verbs: [escalate, update], resourceNames: [r]}}")),
            "A24 ServiceAccount/ci/bot → cluster-admin",
            ("resourceNames: [r]", "resourceNames: [s]"),
        ),
        case(
            clusterwide("{apiGroups: [''], resources: [users, groups], verbs: [impersonate]}"),
            "A22 ServiceAccount/ci/bot → system-masters",
            ("resources: [users, groups]", "resources: [groups]"),
        ),
        case(
            clusterwide(
                "{apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests], verbs: [create]}, \
                 {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update]}, \
                 {apiGroups: [certificates.k8s.io], resources: [signers], verbs: [approve], resourceNames: [kubernetes.io/kube-apiserver-client]}",
            ),
            "A28 ServiceAccount/ci/bot → groups",
            ("kube-apiserver-client]", "kubelet-serving]"),
        ),
        case(
            clusterwide(
                "{apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests], verbs: [create]}, \
                 {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update]}, \
                 {apiGroups: [certificates.k8s.io], resources: [signers], verbs: [approve], resourceNames: [kubernetes.io/kube-apiserver-client-kubelet]}",
            ),
            "A29 ServiceAccount/ci/bot → kubelets",
            ("certificatesigningrequests/approval", "certificatesigningrequests/status"),
        ),
        case(
            clusterwide("{apiGroups: [''], resources: [namespaces], verbs: [patch]}, {apiGroups: [''], resources: [pods], verbs: [create]}")
                .replace("metadata: {name: ci}", "metadata: {name: ci, labels: {pod-security.kubernetes.io/enforce: restricted}}"),
            "A35 ServiceAccount/ci/bot → nodes",
            ("resources: [namespaces], verbs: [patch]", "resources: [namespaces], verbs: [get]"),
        ),
        case(
            clusterwide(
                "{apiGroups: [''], resources: [persistentvolumes, persistentvolumeclaims, pods], verbs: [create]}",
            )
            .replace("metadata: {name: ci}", "metadata: {name: ci, labels: {pod-security.kubernetes.io/enforce: restricted}}"),
            "A39 ServiceAccount/ci/bot → nodes",
            ("persistentvolumes, persistentvolumeclaims", "persistentvolumeclaims"),
        ),
    ]);
}

/// Two accounts of which the first may run pods as the second: each holds one half, whoever holds the first holds both.
#[test]
fn halves_of_different_identities_combine() {
    let account = |name: &str| {
        format!("---\nkind: ServiceAccount\napiVersion: v1\nmetadata: {{name: {name}, namespace: ci}}\n")
    };
    let bound = |name: &str, kind: &str, rules: &str| {
        let space = if kind == "Role" { ", namespace: ci" } else { "" };
        let binding = if kind == "Role" { "RoleBinding" } else { "ClusterRoleBinding" };
        format!(
            "---\nkind: {kind}\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: {name}{space}}}\nrules: [{rules}]\n\
             ---\nkind: {binding}\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: {name}{space}}}\n\
             roleRef: {{kind: {kind}, name: {name}, apiGroup: rbac.authorization.k8s.io}}\n\
             subjects: [{{kind: ServiceAccount, name: {name}, namespace: ci}}]\n"
        )
    };
    let yaml = [
        "kind: Namespace\napiVersion: v1\nmetadata: {name: ci, labels: {pod-security.kubernetes.io/enforce: restricted}}\n",
        &account("one"),
        &account("two"),
        &bound("one", "ClusterRole", &format!("{{{RBAC}, resources: [clusterrolebindings], verbs: [create]}}")),
        &bound("two", "ClusterRole", &format!("{{{RBAC}, resources: [clusterroles], verbs: [bind]}}")),
        &bound("run", "Role", "{apiGroups: [''], resources: [serviceaccounts/token], verbs: [create], resourceNames: [two]}")
            .replace("name: run, namespace: ci}]", "name: one, namespace: ci}]"),
    ]
    .concat();
    let model = model(&yaml);
    assert_eq!(
        pairs(&model, &["ServiceAccount/ci/one", "ServiceAccount/ci/two"], &["cluster-admin"]),
        ["ServiceAccount/ci/one → cluster-admin"]
    );
    let filter = seawall_paths::Filter {
        from: vec!["ServiceAccount/ci/one".into()],
        to: vec!["cluster-admin".into()],
    };
    let groups = model.paths(&filter).unwrap();
    let path = &groups[0].path;
    let primitives: Vec<&str> = path.steps.iter().map(|step| step.primitive).collect();
    assert_eq!(primitives, ["A20", "A25"], "{path:#?}");
    let requires = &path.steps[1].requires;
    assert!(
        requires.iter().any(|what| what.starts_with("ServiceAccount/ci/one: create clusterrolebindings")),
        "{requires:?}"
    );
    assert!(
        requires.iter().any(|what| what.starts_with("ServiceAccount/ci/two: bind clusterroles")),
        "{requires:?}"
    );
}

/// Moving pods is worth something only to who holds a node.
#[test]
fn pods_are_stolen_from_a_node_only() {
    let rule = "{apiGroups: [''], resources: [pods], verbs: [delete]}, {apiGroups: [''], resources: [nodes/status], verbs: [patch]}";
    let strong = "---\nkind: ClusterRoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: strong}\n\
                  roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}\n\
                  subjects: [{kind: ServiceAccount, name: other, namespace: ci}]\n\
                  ---\nkind: Pod\napiVersion: v1\nmetadata: {name: strong, namespace: ci}\n\
                  spec: {nodeName: n2, serviceAccountName: other, containers: [{name: c, image: i}]}\n";
    let foothold = "---\nkind: Pod\napiVersion: v1\nmetadata: {name: foot, namespace: ci}\n\
                    spec: {nodeName: n1, serviceAccountName: bot, containers: [{name: c, image: i, securityContext: {privileged: true}}]}\n";
    let without = model(&(clusterwide(rule) + strong));
    assert_eq!(pairs(&without, &["ServiceAccount/ci/bot"], &["cluster-admin"]), Vec::<String>::new());
    let with = model(&(clusterwide(rule) + strong + foothold));
    assert_eq!(pairs(&with, &["Pod/ci/foot"], &["cluster-admin"]), ["Pod/ci/foot → cluster-admin"]);
    assert!(WORLD.contains("n1"));
}
