//! Roles and bindings that Kubernetes and kubeadm set up themselves.
//!
//! Sources: `plugin/pkg/auth/authorizer/rbac/bootstrappolicy` (policy, controller and namespace policy) up to Kubernetes
//! 1.36, `cmd/kubeadm/app/phases` (cluster info, kubelet, node bootstrap tokens, proxy add-on), and the section "Default
//! roles and role bindings" of the RBAC documentation.
//!
//! What is expected is a name *with* its content: a role with the powers listed here, a binding with the role and the
//! subjects listed here. Names alone prove nothing, since nothing reserves them.

use seawall_inventory::{BindingSubject, BindingView, PolicyRule, RoleRef, RoleView, SubjectKind};

/// The label, and its value, on what the API server's bootstrap made.
pub(crate) const BOOTSTRAP_LABEL: (&str, &str) = ("kubernetes.io/bootstrapping", "rbac-defaults");

const CONTROLLER: &str = "system:controller:";
const SYSTEM: &str = "kube-system";

/// A subject: kind, namespace of a service account, name.
pub(super) type Who = (SubjectKind, &'static str, &'static str);

const fn user(name: &'static str) -> Who {
    (SubjectKind::User, "", name)
}

const fn group(name: &'static str) -> Who {
    (SubjectKind::Group, "", name)
}

pub(super) const fn account(name: &'static str) -> Who {
    (SubjectKind::ServiceAccount, SYSTEM, name)
}

const BOOTSTRAPPERS: Who = group("system:bootstrappers:kubeadm:default-node-token");
const NODES: Who = group("system:nodes");
const EVERYBODY: Who = group("system:authenticated");
const MANAGER: Who = user("system:kube-controller-manager");
const SCHEDULER: Who = user("system:kube-scheduler");

/// Default ClusterRoleBindings: name, ClusterRole, subjects. Those of controllers follow a pattern instead.
pub(super) static CLUSTER_BINDINGS: &[(&str, &str, &[Who])] = &[
    ("cluster-admin", "cluster-admin", &[group("system:masters")]),
    ("system:basic-user", "system:basic-user", &[EVERYBODY]),
    ("system:discovery", "system:discovery", &[EVERYBODY]),
    ("system:kube-controller-manager", "system:kube-controller-manager", &[MANAGER]),
    ("system:kube-dns", "system:kube-dns", &[account("kube-dns")]),
    ("system:kube-scheduler", "system:kube-scheduler", &[SCHEDULER]),
    ("system:monitoring", "system:monitoring", &[group("system:monitoring")]),
    // The Node authorizer has done this work since 1.8: nobody is left in the binding.
    ("system:node", "system:node", &[]),
    ("system:node-proxier", "system:node-proxier", &[user("system:kube-proxy")]),
    ("system:public-info-viewer", "system:public-info-viewer", &[EVERYBODY, group("system:unauthenticated")]),
    (
        "system:service-account-issuer-discovery",
        "system:service-account-issuer-discovery",
        &[group("system:serviceaccounts")],
    ),
    ("system:volume-scheduler", "system:volume-scheduler", &[SCHEDULER]),
    ("kubeadm:cluster-admins", "cluster-admin", &[group("kubeadm:cluster-admins")]),
    ("kubeadm:get-nodes", "kubeadm:get-nodes", &[BOOTSTRAPPERS]),
    ("kubeadm:kubelet-bootstrap", "system:node-bootstrapper", &[BOOTSTRAPPERS]),
    (
        "kubeadm:node-autoapprove-bootstrap",
        "system:certificates.k8s.io:certificatesigningrequests:nodeclient",
        &[BOOTSTRAPPERS],
    ),
    (
        "kubeadm:node-autoapprove-certificate-rotation",
        "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
        &[NODES],
    ),
    ("kubeadm:node-proxier", "system:node-proxier", &[account("kube-proxy")]),
    ("system:coredns", "system:coredns", &[account("coredns")]),
];

/// Default RoleBindings: namespace, name, Role, subjects. Those of controllers follow a pattern instead.
pub(super) static NAMESPACE_BINDINGS: &[(&str, &str, &str, &[Who])] = &[
    (
        SYSTEM,
        "system::extension-apiserver-authentication-reader",
        "extension-apiserver-authentication-reader",
        &[MANAGER, SCHEDULER],
    ),
    (
        SYSTEM,
        "system::leader-locking-kube-controller-manager",
        "system::leader-locking-kube-controller-manager",
        &[MANAGER, account("kube-controller-manager"), account("leader-election-controller")],
    ),
    (
        SYSTEM,
        "system::leader-locking-kube-scheduler",
        "system::leader-locking-kube-scheduler",
        &[SCHEDULER, account("kube-scheduler")],
    ),
    (
        "kube-public",
        "kubeadm:bootstrap-signer-clusterinfo",
        "kubeadm:bootstrap-signer-clusterinfo",
        &[user("system:anonymous")],
    ),
    (SYSTEM, "kubeadm:kubelet-config", "kubeadm:kubelet-config", &[NODES, BOOTSTRAPPERS]),
    (SYSTEM, "kubeadm:nodes-kubeadm-config", "kubeadm:nodes-kubeadm-config", &[NODES, BOOTSTRAPPERS]),
    (SYSTEM, "kube-proxy", "kube-proxy", &[BOOTSTRAPPERS]),
];

/// Whether a subject of a binding is one that the binding comes with.
pub(crate) fn is_default_subject(binding: &BindingView<'_>, subject: &BindingSubject<'_>) -> bool {
    let resource = binding.resource();
    let Some(RoleRef { kind, name: role }) = binding.role_ref() else { return false };
    let (name, namespace) = (resource.name(), resource.namespace().unwrap_or(""));
    let is = |who: &Who| {
        subject.kind == who.0
            && subject.name == who.2
            && (who.0 != SubjectKind::ServiceAccount || subject.namespace == Some(who.1))
    };
    if let Some(controller) = name.strip_prefix(CONTROLLER) {
        let at_home = binding.is_cluster_binding() && kind == "ClusterRole"
            || !binding.is_cluster_binding() && kind == "Role" && matches!(namespace, SYSTEM | "kube-public");
        return role == name
            && is_known_role(RoleRef { kind, name: role }, resource.namespace())
            && at_home
            && subject.kind == SubjectKind::ServiceAccount
            && subject.namespace == Some(SYSTEM)
            && subject.name == controller;
    }
    if binding.is_cluster_binding() {
        let rows =
            CLUSTER_BINDINGS.iter().filter(|row| row.0 == name && row.1 == role && kind == "ClusterRole");
        rows.flat_map(|row| row.2).any(is)
    } else {
        let rows = NAMESPACE_BINDINGS
            .iter()
            .filter(|row| row.0 == namespace && row.1 == name && row.2 == role && kind == "Role");
        rows.flat_map(|row| row.3).any(is)
    }
}

/// Whether a built-in role comes with what the check of this id looks for; `None` for a role that is not built in.
pub(crate) fn comes_with(role: RoleRef<'_>, namespace: Option<&str>, check: &str) -> Option<bool> {
    let powers = match role.kind {
        "ClusterRole" if role.name == "cluster-admin" => return Some(true),
        "ClusterRole" => CLUSTER_ROLES.iter().find(|row| row.0 == role.name)?.1,
        _ => ROLES.iter().find(|row| Some(row.0) == namespace && row.1 == role.name)?.2,
    };
    Some(powers.contains(&check))
}

/// Whether a role is built in and comes with what the check looks for: a built-in role that got more is as suspect as
/// any other.
pub(crate) fn is_builtin_role(role: &RoleView<'_>, check: &str) -> bool {
    let resource = role.resource();
    let reference = RoleRef { kind: resource.kind(), name: resource.name() };
    comes_with(reference, resource.namespace(), check) == Some(true)
}

/// Whether people are meant to be bound to a built-in ClusterRole within a namespace.
pub(crate) fn is_user_facing(role: RoleRef<'_>) -> bool {
    role.kind == "ClusterRole"
        && matches!(
            role.name,
            "cluster-admin"
                | "admin"
                | "edit"
                | "view"
                | "system:aggregate-to-admin"
                | "system:aggregate-to-edit"
                | "system:aggregate-to-view"
        )
}

/// Whether a role is built in.
pub(crate) fn is_known_role(role: RoleRef<'_>, namespace: Option<&str>) -> bool {
    comes_with(role, namespace, "").is_some()
}

/// Whether a built-in ClusterRole comes with nothing but what is public to everybody who is logged in.
pub(crate) fn is_public_role(role: RoleRef<'_>) -> bool {
    role.kind == "ClusterRole"
        && matches!(
            role.name,
            "system:basic-user"
                | "system:discovery"
                | "system:public-info-viewer"
                | "system:service-account-issuer-discovery"
        )
}

/// URLs that everybody who is logged in may get.
static PUBLIC_URLS: &[&str] = &[
    "/api",
    "/api/*",
    "/apis",
    "/apis/*",
    "/healthz",
    "/livez",
    "/openapi",
    "/openapi/*",
    "/readyz",
    "/version",
    "/version/",
    // Given to all service accounts, and public keys after all.
    "/.well-known/openid-configuration",
    "/.well-known/openid-configuration/",
    "/openid/v1/jwks",
    "/openid/v1/jwks/",
];

/// What everybody who is logged in may create: questions about oneself.
static PUBLIC_REVIEWS: &[(&str, &[&str])] = &[
    ("authorization.k8s.io", &["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
    ("authentication.k8s.io", &["selfsubjectreviews"]),
];

/// Whether a rule allows more than what everybody who is logged in may do in a new cluster.
pub(crate) fn beyond_default(rule: &PolicyRule<'_>) -> bool {
    let mut urls = rule.strings("nonResourceURLs").peekable();
    if urls.peek().is_some() {
        let public = |url: &str| {
            PUBLIC_URLS.iter().any(|known| {
                *known == url || known.strip_suffix('*').is_some_and(|head| url.starts_with(head))
            })
        };
        return rule.strings("verbs").any(|verb| verb != "get") || !urls.all(public);
    }
    // Without one of the three lists a rule allows nothing.
    if ["verbs", "resources", "apiGroups"].iter().any(|list| rule.strings(list).next().is_none()) {
        return false;
    }
    let own_review = |resource: &str| {
        rule.strings("apiGroups").all(|group| {
            PUBLIC_REVIEWS.iter().any(|(known, resources)| *known == group && resources.contains(&resource))
        })
    };
    rule.strings("verbs").any(|verb| verb != "create") || !rule.strings("resources").all(own_review)
}

/// Built-in ClusterRoles besides `cluster-admin`, with the ids of the checks that would report what they may do, over all
/// supported versions.
static CLUSTER_ROLES: &[(&str, &[&str])] = &[
    ("admin", &["rbac-create-pods", "rbac-impersonate", "rbac-pod-exec", "rbac-read-secrets"]),
    ("edit", &["rbac-create-pods", "rbac-impersonate", "rbac-pod-exec", "rbac-read-secrets"]),
    ("kubeadm:get-nodes", &[]),
    ("system:aggregate-to-admin", &[]),
    (
        "system:aggregate-to-edit",
        &["rbac-create-pods", "rbac-impersonate", "rbac-pod-exec", "rbac-read-secrets"],
    ),
    ("system:aggregate-to-view", &[]),
    ("system:auth-delegator", &[]),
    ("system:basic-user", &[]),
    ("system:certificates.k8s.io:certificatesigningrequests:nodeclient", &[]),
    ("system:certificates.k8s.io:certificatesigningrequests:selfnodeclient", &[]),
    ("system:certificates.k8s.io:kube-apiserver-client-approver", &[]),
    ("system:certificates.k8s.io:kube-apiserver-client-kubelet-approver", &[]),
    ("system:certificates.k8s.io:kubelet-serving-approver", &[]),
    ("system:certificates.k8s.io:legacy-unknown-approver", &[]),
    ("system:controller:attachdetach-controller", &[]),
    ("system:controller:certificate-controller", &["rbac-approve-csr"]),
    ("system:controller:clusterrole-aggregation-controller", &["rbac-escalate"]),
    ("system:controller:cronjob-controller", &["rbac-create-pods"]),
    ("system:controller:daemon-set-controller", &["rbac-create-pods"]),
    ("system:controller:deployment-controller", &["rbac-create-pods"]),
    ("system:controller:device-taint-eviction-controller", &[]),
    ("system:controller:disruption-controller", &["rbac-wildcard"]),
    ("system:controller:endpoint-controller", &[]),
    ("system:controller:endpointslice-controller", &[]),
    ("system:controller:endpointslicemirroring-controller", &[]),
    ("system:controller:ephemeral-volume-controller", &[]),
    ("system:controller:expand-controller", &["rbac-read-secrets"]),
    (
        "system:controller:generic-garbage-collector",
        &[
            "rbac-admission-webhooks",
            "rbac-approve-csr",
            "rbac-create-pods",
            "rbac-node-proxy",
            "rbac-pod-exec",
            "rbac-read-secrets",
            "rbac-wildcard",
        ],
    ),
    ("system:controller:horizontal-pod-autoscaler", &["rbac-wildcard"]),
    ("system:controller:job-controller", &["rbac-create-pods"]),
    ("system:controller:kube-apiserver-serving-clustertrustbundle-publisher", &[]),
    ("system:controller:legacy-service-account-token-cleaner", &[]),
    (
        "system:controller:namespace-controller",
        &[
            "rbac-admission-webhooks",
            "rbac-node-proxy",
            "rbac-pod-exec",
            "rbac-read-secrets",
            "rbac-wildcard",
        ],
    ),
    ("system:controller:node-controller", &[]),
    ("system:controller:persistent-volume-binder", &["rbac-create-pods", "rbac-read-secrets"]),
    ("system:controller:pod-garbage-collector", &[]),
    ("system:controller:podcertificaterequestcleaner", &[]),
    ("system:controller:podgroup-protection-controller", &[]),
    ("system:controller:pv-protection-controller", &[]),
    ("system:controller:pvc-protection-controller", &[]),
    ("system:controller:replicaset-controller", &["rbac-create-pods"]),
    ("system:controller:replication-controller", &["rbac-create-pods"]),
    ("system:controller:resource-claim-controller", &[]),
    ("system:controller:resourcepoolstatusrequest-controller", &[]),
    ("system:controller:resourcequota-controller", &["rbac-read-secrets", "rbac-wildcard"]),
    ("system:controller:root-ca-cert-publisher", &[]),
    ("system:controller:route-controller", &[]),
    ("system:controller:selinux-warning-controller", &[]),
    ("system:controller:service-account-controller", &[]),
    ("system:controller:service-ca-cert-publisher", &[]),
    ("system:controller:service-cidrs-controller", &[]),
    ("system:controller:service-controller", &[]),
    ("system:controller:statefulset-controller", &["rbac-create-pods"]),
    ("system:controller:storage-version-garbage-collector", &[]),
    (
        "system:controller:storage-version-migrator-controller",
        &[
            "rbac-admission-webhooks",
            "rbac-approve-csr",
            "rbac-create-pods",
            "rbac-node-proxy",
            "rbac-read-secrets",
            "rbac-wildcard",
        ],
    ),
    ("system:controller:ttl-after-finished-controller", &[]),
    ("system:controller:ttl-controller", &[]),
    ("system:controller:validatingadmissionpolicy-status-controller", &[]),
    ("system:controller:volumeattributesclass-protection-controller", &[]),
    ("system:coredns", &[]),
    ("system:discovery", &[]),
    ("system:heapster", &[]),
    ("system:kube-aggregator", &[]),
    ("system:kube-controller-manager", &["rbac-read-secrets", "rbac-wildcard"]),
    ("system:kube-dns", &[]),
    ("system:kube-scheduler", &[]),
    ("system:kubelet-api-admin", &["rbac-node-proxy", "rbac-wildcard"]),
    ("system:monitoring", &[]),
    ("system:node", &["rbac-create-pods", "rbac-read-secrets"]),
    ("system:node-bootstrapper", &[]),
    ("system:node-problem-detector", &[]),
    ("system:node-proxier", &[]),
    ("system:persistent-volume-provisioner", &[]),
    ("system:public-info-viewer", &[]),
    ("system:service-account-issuer-discovery", &[]),
    ("system:volume-scheduler", &[]),
    ("view", &[]),
];

/// Built-in Roles: namespace, name, ids of checks.
static ROLES: &[(&str, &str, &[&str])] = &[
    ("kube-public", "kubeadm:bootstrap-signer-clusterinfo", &[]),
    ("kube-public", "system:controller:bootstrap-signer", &[]),
    ("kube-system", "extension-apiserver-authentication-reader", &[]),
    ("kube-system", "kube-proxy", &[]),
    ("kube-system", "kubeadm:kubelet-config", &[]),
    ("kube-system", "kubeadm:nodes-kubeadm-config", &[]),
    ("kube-system", "system::leader-locking-kube-controller-manager", &[]),
    ("kube-system", "system::leader-locking-kube-scheduler", &[]),
    ("kube-system", "system:controller:bootstrap-signer", &["rbac-read-secrets"]),
    ("kube-system", "system:controller:cloud-provider", &[]),
    ("kube-system", "system:controller:token-cleaner", &["rbac-read-secrets"]),
];
