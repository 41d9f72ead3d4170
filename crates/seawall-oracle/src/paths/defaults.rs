//! Roles that every control plane has, and a binding that kubeadm makes.
//!
//! Source: <https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings>. Only what steps
//! are made of: reading what is no secret is not here.

use super::rbac::{Role, Rule, Subject};

type Line = (&'static str, &'static [&'static str], &'static [&'static str]);

const READ: &[&str] = &["get", "list", "watch"];
const WRITE: &[&str] = &["create", "delete", "deletecollection", "patch", "update"];
const INTO_PODS: &[&str] = &["pods/attach", "pods/exec", "pods/portforward", "pods/proxy"];

const VIEW: &[Line] = &[("", &["pods", "pods/log", "configmaps", "services", "namespaces"], READ)];
const EDIT: &[Line] = &[
    ("", INTO_PODS, READ),
    ("", INTO_PODS, WRITE),
    ("", &["secrets", "services/proxy"], READ),
    ("", &["pods", "secrets", "configmaps", "services", "services/proxy", "serviceaccounts"], WRITE),
    ("", &["persistentvolumeclaims", "replicationcontrollers"], WRITE),
    ("", &["serviceaccounts"], &["impersonate"]),
    ("", &["serviceaccounts/token", "pods/eviction"], &["create"]),
    ("apps", &["daemonsets", "deployments", "replicasets", "statefulsets"], WRITE),
    ("batch", &["cronjobs", "jobs"], WRITE),
    ("networking.k8s.io", &["ingresses", "networkpolicies"], WRITE),
];
const ADMIN: &[Line] = &[("rbac.authorization.k8s.io", &["roles", "rolebindings"], WRITE)];
const EVERYTHING: &[Line] = &[("*", &["*"], &["*"])];

/// The ClusterRoles.
pub(super) fn roles() -> Vec<Role<'static>> {
    let role = |name, parts: &[&[Line]]| {
        let rule = |(group, resources, verbs): &Line| Rule {
            verbs: verbs.to_vec(),
            groups: vec![group],
            resources: resources.to_vec(),
            names: Vec::new(),
        };
        Role { namespace: None, name, rules: parts.iter().flat_map(|part| part.iter().map(rule)).collect() }
    };
    vec![
        role("cluster-admin", &[EVERYTHING]),
        role("admin", &[VIEW, EDIT, ADMIN]),
        role("edit", &[VIEW, EDIT]),
        role("view", &[VIEW]),
    ]
}

/// Whether a ClusterRoleBinding is one that kubeadm makes, for nobody but those whom it makes it for.
pub(super) fn is_default_binding(name: &str, role: &str, subjects: &[Subject<'_>]) -> bool {
    const ADMINS: &str = "kubeadm:cluster-admins";
    name == ADMINS
        && role == "cluster-admin"
        && subjects.iter().all(|subject| *subject == Subject::Group(ADMINS))
}
