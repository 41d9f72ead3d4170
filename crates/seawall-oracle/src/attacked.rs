//! Small random clusters in which an attacker gets somewhere.
//!
//! Rights come in the combinations that open something, now and then with a part missing, in another API group or with
//! names, and spread over roles and identities. Pods are mostly harmless.

#![expect(clippy::indexing_slicing, reason = "writes into the objects that it has just made")]

use serde_json::{Map, Value, json};

use crate::clusters::Dice;

/// A cluster: its objects, and the version of its API server.
#[derive(Clone, Debug)]
pub struct Attacked {
    /// Each with another identity.
    pub objects: Vec<Value>,
    /// Major and minor; often unknown.
    pub version: Option<(u32, u32)>,
}

const SPACES: &[&str] = &["kube-system", "blue", "green"];
const ACCOUNTS: &[&str] = &["default", "robot", "chief"];
const USERS: &[&str] = &["ann", "bob"];
const GROUPS: &[&str] = &["devs", "ops"];
const NODES: &[&str] = &["n1", "n2"];
const SECRETS: &[&str] = &["first", "second"];
const PODS: &[&str] = &["p0", "p1", "p2", "p3"];
const RBAC: &str = "rbac.authorization.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";

/// A cluster with names that meet each other often.
pub fn attacked(dice: &mut Dice) -> Attacked {
    let mut objects = Vec::new();
    for space in SPACES {
        objects.push(namespace(dice, space));
        for account in ACCOUNTS {
            if !dice.once_in(4) {
                objects.push(service_account(dice, space, account));
            }
        }
    }
    let cloud = dice.once_in(8).then(|| dice.pick(&["aws:///zone/", "gce://project/", "azure:///ids/"]));
    for name in NODES {
        objects.push(node(dice, name, cloud));
    }
    for name in PODS.iter().take(1 + dice.below(PODS.len())) {
        objects.push(super::attacked_pods::pod(dice, name));
    }
    if dice.once_in(3) {
        objects.extend(super::attacked_pods::workload(dice));
    }
    objects.extend(super::attacked_pods::surroundings(dice));
    objects.extend(super::attacked_system::system(dice));
    for space in SPACES {
        for name in SECRETS {
            if dice.once_in(3) {
                objects.push(secret(dice, space, name));
            }
        }
    }
    objects.extend(rights(dice));
    let version = dice.once_in(2).then(|| (1, dice.pick(&[21, 34, 35, 36])));
    Attacked { objects, version }
}

/// One of the namespaces.
pub(crate) fn space(dice: &mut Dice) -> &'static str {
    dice.pick(&["blue", "blue", "green", "kube-system"])
}

/// One of the accounts.
pub(crate) fn account(dice: &mut Dice) -> &'static str {
    dice.pick(ACCOUNTS)
}

/// One of the secrets.
pub(crate) fn secret_name(dice: &mut Dice) -> &'static str {
    dice.pick(SECRETS)
}

/// One of the nodes.
pub(crate) fn node_name(dice: &mut Dice) -> &'static str {
    dice.pick(NODES)
}

fn namespace(dice: &mut Dice, name: &str) -> Value {
    let mut labels = Map::new();
    if !dice.once_in(3) {
        let level = dice.pick(&["privileged", "baseline", "restricted", "restricted", "typo"]);
        labels.insert("pod-security.kubernetes.io/enforce".to_owned(), json!(level));
    }
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name, "labels": labels } })
}

fn service_account(dice: &mut Dice, space: &str, name: &str) -> Value {
    let mut object = json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": name, "namespace": space } });
    if dice.once_in(5) {
        object["automountServiceAccountToken"] = json!(false);
    }
    if dice.once_in(12) {
        let key = dice.pick(&[
            "eks.amazonaws.com/role-arn",
            "iam.gke.io/gcp-service-account",
            "azure.workload.identity/client-id",
        ]);
        object["metadata"]["annotations"] = json!({ key: dice.pick(&["cloud-one", "cloud-two"]) });
    }
    object
}

fn node(dice: &mut Dice, name: &str, cloud: Option<&str>) -> Value {
    let mut node = json!({ "apiVersion": "v1", "kind": "Node", "metadata": { "name": name }, "spec": {},
        "status": { "addresses": [{ "type": "InternalIP", "address": if name == "n1" { "10.0.1.1" } else { "10.0.1.2" } }],
            "nodeInfo": { "kubeletVersion": dice.pick(&["v1.33.2", "v1.34.0", "v1.35.1"]) } } });
    if dice.once_in(10) {
        node["status"]["nodeInfo"]["containerRuntimeVersion"] = json!(dice.pick(&[
            "docker://18.9.1",
            "containerd://1.4.2",
            "cri-o://1.22.2",
            "containerd://2.2.0"
        ]));
    }
    if dice.once_in(10) {
        node["status"]["nodeInfo"]["kernelVersion"] =
            json!(dice.pick(&["5.15.24", "5.4.200", "6.8.12", "5.15.0-91-generic"]));
    }
    if let Some(cloud) = cloud {
        node["spec"]["providerID"] = json!(format!("{cloud}{name}"));
    }
    if name == "n2" && dice.once_in(3) {
        let key = dice.pick(&["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"]);
        if dice.once_in(2) {
            node["metadata"]["labels"] = json!({ key: "" });
        } else {
            node["spec"]["taints"] = json!([{ "key": key, "effect": "NoSchedule" }]);
        }
    }
    node
}

fn secret(dice: &mut Dice, space: &str, name: &str) -> Value {
    let mut secret =
        json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": name, "namespace": space } });
    secret["type"] = json!("Opaque");
    match dice.below(4) {
        0 | 1 => {
            secret["type"] = json!("kubernetes.io/service-account-token");
            secret["metadata"]["annotations"] =
                json!({ "kubernetes.io/service-account.name": dice.pick(ACCOUNTS) });
        }
        2 => secret["type"] = json!("bootstrap.kubernetes.io/token"),
        _ => {}
    }
    secret
}

type Right = (&'static str, &'static str, &'static str);

/// What opens something: API group, resource, verb.
const RECIPES: &[&[Right]] = &[
    &[("", "pods", "create")],
    &[("", "pods", "patch")],
    &[("apps", "deployments", "create")],
    &[("apps", "daemonsets", "patch")],
    &[("batch", "cronjobs", "create")],
    &[("batch", "jobs", "update")],
    &[("", "pods/exec", "create")],
    &[("", "pods/exec", "get")],
    &[("", "pods/attach", "create")],
    &[("", "pods/attach", "get")],
    &[("", "*/exec", "create")],
    &[("", "pods/*", "create")],
    &[("", "pods/portforward", "create")],
    &[("", "pods/portforward", "get")],
    &[("", "pods/ephemeralcontainers", "patch")],
    &[("", "pods/proxy", "get")],
    &[("", "services/proxy", "create")],
    &[("", "pods/log", "get")],
    &[("", "pods", "delete"), ("", "nodes/status", "patch")],
    &[("", "pods/eviction", "create"), ("", "nodes", "update")],
    &[("", "nodes", "delete"), ("", "nodes/status", "update")],
    &[("", "secrets", "get")],
    &[("", "secrets", "list")],
    &[("", "secrets", "watch")],
    &[("", "secrets", "create"), ("", "secrets", "get")],
    &[("", "secrets", "create"), ("", "pods", "create")],
    &[("", "serviceaccounts/token", "create")],
    &[("", "serviceaccounts", "impersonate")],
    &[("", "users", "impersonate")],
    &[("", "users", "impersonate"), ("", "groups", "impersonate")],
    &[("", "serviceaccounts", "impersonate"), ("", "groups", "impersonate")],
    &[(RBAC, "clusterroles", "escalate"), (RBAC, "clusterroles", "update")],
    &[(RBAC, "roles", "escalate"), (RBAC, "roles", "patch")],
    &[(RBAC, "clusterrolebindings", "create"), (RBAC, "clusterroles", "bind")],
    &[(RBAC, "rolebindings", "create"), (RBAC, "clusterroles", "bind")],
    &[(RBAC, "rolebindings", "update"), (RBAC, "roles", "bind")],
    &[(RBAC, "clusterrolebindings", "patch"), (RBAC, "clusterroles", "bind")],
    &[
        (CERTIFICATES, "certificatesigningrequests", "create"),
        (CERTIFICATES, "certificatesigningrequests/approval", "update"),
        (CERTIFICATES, "signers", "approve"),
    ],
    &[("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "create")],
    &[("admissionregistration.k8s.io", "validatingwebhookconfigurations", "create")],
    &[("", "namespaces", "patch"), ("", "pods", "create")],
    &[("", "namespaces", "update"), ("apps", "deployments", "create")],
    &[("", "nodes/proxy", "get")],
    &[("", "nodes/proxy", "create")],
    &[("", "persistentvolumes", "create"), ("", "persistentvolumeclaims", "create"), ("", "pods", "create")],
    &[("", "configmaps", "update")],
    &[
        ("", "pods", "create"),
        ("", "pods/exec", "create"),
        ("", "secrets", "list"),
        (RBAC, "rolebindings", "create"),
    ],
    &[("", "events", "get")],
    &[("", "pods/binding", "create"), ("", "pods", "delete")],
    &[("", "bindings", "create"), ("", "pods/eviction", "create")],
    &[("", "serviceaccounts", "update")],
    &[("", "configmaps", "patch")],
    &[("discovery.k8s.io", "endpointslices", "create")],
    &[("networking.k8s.io", "ingresses", "create")],
    &[("networking.k8s.io", "ingresses", "patch")],
    &[("apiregistration.k8s.io", "apiservices", "update")],
    &[("apiextensions.k8s.io", "customresourcedefinitions", "patch")],
    &[("kustomize.toolkit.fluxcd.io", "kustomizations", "create")],
    &[("argoproj.io", "applications", "patch")],
    &[("argoproj.io", "appprojects", "update")],
    &[("velero.io", "restores", "create")],
    &[("pkg.crossplane.io", "providers", "create")],
    &[("kyverno.io", "clusterpolicies", "update")],
    &[("kyverno.io", "clusterpolicies", "delete"), ("", "pods", "create")],
    &[("kyverno.io", "clusterpolicies", "patch"), ("apps", "deployments", "update")],
    &[
        ("admissionregistration.k8s.io", "mutatingadmissionpolicies", "create"),
        ("admissionregistration.k8s.io", "mutatingadmissionpolicybindings", "create"),
    ],
    &[("admissionregistration.k8s.io", "validatingadmissionpolicies", "delete"), ("", "pods", "create")],
    &[("x.io", "things", "create")],
    &[("x.io", "things", "update")],
    &[("x.io", "things/status", "update"), ("", "pods", "create")],
    &[("x.io", "things/status", "patch"), ("", "secrets", "get")],
    &[(RBAC, "rolebindings", "create"), (RBAC, "clusterroles", "bind")],
    &[("*", "*", "*")],
    &[("", "*", "*")],
    &[("", "secrets", "*")],
    &[(RBAC, "*", "*")],
];

/// Recipes, each cut into one to three roles with a binding.
fn rights(dice: &mut Dice) -> Vec<Value> {
    let mut objects = Vec::new();
    for _ in 0..2 + dice.below(4) {
        let mut recipe = dice.pick(RECIPES).to_vec();
        // Everything at once is rare: it leaves no other question.
        if recipe.iter().any(|(group, resource, _)| (*group, *resource) == ("*", "*")) && !dice.once_in(3) {
            continue;
        }
        if recipe.len() > 1 && dice.once_in(4) {
            recipe.remove(dice.below(recipe.len()));
        }
        let apart = dice.once_in(2);
        let cluster = dice.once_in(2);
        if apart {
            for right in recipe {
                role(dice, &[right], cluster, &mut objects);
            }
        } else {
            role(dice, &recipe, cluster, &mut objects);
        }
    }
    objects
}

fn role(dice: &mut Dice, rights: &[Right], cluster: bool, objects: &mut Vec<Value>) {
    let number = objects.len() / 2;
    let rules: Vec<Value> = rights.iter().map(|right| rule(dice, *right)).collect();
    let space = space(dice);
    let role_of_cluster = cluster || dice.once_in(3);
    let (role, binding) = (format!("role-{number}"), format!("binding-{number}"));
    let place = |cluster: bool, name: &str| match cluster {
        true => json!({ "name": name }),
        false => json!({ "name": name, "namespace": space }),
    };
    let kind = if role_of_cluster { "ClusterRole" } else { "Role" };
    objects.push(json!({ "apiVersion": format!("{RBAC}/v1"), "kind": kind, "metadata": place(role_of_cluster, &role), "rules": rules }));
    let default = dice.pick(&["cluster-admin", "admin", "edit", "view", "view"]);
    let wanted = if role_of_cluster && dice.once_in(20) { default } else { &role };
    let subjects: Vec<Value> = (0..1 + dice.below(2)).map(|_| subject(dice, cluster)).collect();
    objects.push(json!({
        "apiVersion": format!("{RBAC}/v1"),
        "kind": if cluster { "ClusterRoleBinding" } else { "RoleBinding" },
        "metadata": place(cluster, &binding),
        "roleRef": { "apiGroup": RBAC, "kind": kind, "name": wanted },
        "subjects": subjects,
    }));
}

fn rule(dice: &mut Dice, (group, resource, verb): Right) -> Value {
    let group = if dice.once_in(15) { dice.pick(&["", "apps", "*"]) } else { group };
    let verb = if dice.once_in(15) { "*" } else { verb };
    let mut rule = json!({ "apiGroups": [group], "resources": [resource], "verbs": [verb] });
    let whole = ["*", "mutatingwebhookconfigurations", "validatingwebhookconfigurations"];
    if !whole.contains(&resource) && dice.once_in(4) {
        rule["resourceNames"] = json!(names(dice, resource));
    }
    rule
}

/// Names that exist, most of the time.
fn names(dice: &mut Dice, resource: &str) -> Vec<&'static str> {
    let from: &[&str] = match resource.split('/').next().unwrap_or(resource) {
        "pods" => &["p0", "p1", "none"],
        "secrets" => &["first", "second", "none"],
        "serviceaccounts" => &["robot", "chief", "none"],
        "users" => &["ann", "bob", "none"],
        "groups" => &["devs", "ops", "system:masters"],
        "roles" | "clusterroles" => {
            &["role-0", "role-1", "role-2", "role-3", "cluster-admin", "admin", "edit", "view"]
        }
        "rolebindings" | "clusterrolebindings" => &["binding-0", "binding-1", "binding-2", "binding-3"],
        "namespaces" => SPACES,
        "nodes" => &["n1", "n2", "none"],
        "services" => &["front", "none"],
        "deployments" | "cronjobs" => &["app", "none"],
        "configmaps" => &["aws-auth", "kubelet-config", "none"],
        "signers" => &[
            "kubernetes.io/kube-apiserver-client",
            "kubernetes.io/kube-apiserver-client-kubelet",
            "kubernetes.io/*",
            "kubernetes.io/kubelet-serving",
        ],
        _ => &["none"],
    };
    dice.some(from, 2)
}

fn subject(dice: &mut Dice, cluster: bool) -> Value {
    let space = space(dice);
    let user = |name: &str| json!({ "kind": "User", "apiGroup": RBAC, "name": name });
    let group = |name: &str| json!({ "kind": "Group", "apiGroup": RBAC, "name": name });
    match dice.below(20) {
        0..3 => user(dice.pick(USERS)),
        3..6 => group(dice.pick(GROUPS)),
        6 => match dice.below(9) {
            8 => group("kubeadm:cluster-admins"),
            0 => user("system:serviceaccount:blue:robot"),
            1 => user("system:node:n1"),
            2 => user("system:anonymous"),
            3 => group("system:authenticated"),
            4 => group("system:unauthenticated"),
            5 => group("system:serviceaccounts"),
            6 => group("system:serviceaccounts:blue"),
            _ => group("system:nodes"),
        },
        7 if !cluster => json!({ "kind": "ServiceAccount", "name": dice.pick(ACCOUNTS) }),
        _ => json!({ "kind": "ServiceAccount", "name": dice.pick(ACCOUNTS), "namespace": space }),
    }
}
