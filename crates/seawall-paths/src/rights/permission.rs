//! The permissions that primitives ask for.
//!
//! Matching is that of the API server: verbs, groups and resources are equal or `*`, `*/sub` is a subresource of anything.
//! Rules with `resourceNames` never allow `create` of a top-level resource, since the request carries no name yet.

/// A permission that opens a step, alone or with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Permission {
    PodCreate,
    WorkloadCreate,
    WorkloadUpdate,
    PodUpdate,
    PodExec,
    PodExecByGet,
    PodAttach,
    PodAttachByGet,
    PodForward,
    PodForwardByGet,
    PodProxy,
    ServiceProxy,
    PodDebug,
    PodLog,
    PodRemove,
    NodeChange,
    NodeEmpty,
    SecretGet,
    SecretList,
    SecretCreate,
    TokenCreate,
    ImpersonateUser,
    ImpersonateGroup,
    ImpersonateMasters,
    ImpersonateAccount,
    EscalateRole,
    EscalateClusterRole,
    UpdateRole,
    UpdateClusterRole,
    BindRole,
    BindClusterRole,
    CreateRoleBinding,
    UpdateRoleBinding,
    CreateClusterRoleBinding,
    UpdateClusterRoleBinding,
    RequestCreate,
    RequestApprove,
    SignerClient,
    SignerKubelet,
    MutateByWebhook,
    ReadByWebhook,
    MutationPolicy,
    MutationBinding,
    NamespaceUpdate,
    NodeProxy,
    VolumeCreate,
    ClaimCreate,
    AwsAuth,
    ConstrainedUser,
    ConstrainedAccount,
    PodBind,
    PolicyWeaken,
    KyvernoWeaken,
    ServerWrite,
    DefinitionChange,
    IngressWrite,
    AccountWrite,
    EndpointWrite,
    NodeConfig,
    /// A row of the catalogue of operators.
    Operator(u8),
}

/// How somebody is impersonated within limits, and what may be done as them (KEP-5284).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Mode {
    User,
    Account,
}

impl Mode {
    pub(crate) const ALL: [Mode; 2] = [Mode::User, Mode::Account];

    /// How the verbs begin that say what may be done.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Mode::User => "impersonate-on:user-info:",
            Mode::Account => "impersonate-on:serviceaccount:",
        }
    }
}

/// What a rule must allow: any of the verbs on any of the resources of any of the groups.
#[derive(Clone, Copy)]
pub(crate) struct Ask {
    pub(crate) groups: &'static [&'static str],
    pub(crate) resources: &'static [&'static str],
    pub(crate) verbs: &'static [&'static str],
    /// The object has no namespace: a RoleBinding does not grant this.
    pub(crate) cluster: bool,
    pub(crate) names: Naming,
}

/// What `resourceNames` of a rule mean for the permission.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// The permission is for those objects only.
    Restricts,
    /// Only objects of these names matter: the permission is held whole when one of them is named.
    Of(&'static [&'static str]),
}

const CORE: &[&str] = &[""];
const RBAC: &[&str] = &["rbac.authorization.k8s.io"];
const CERTIFICATES: &[&str] = &["certificates.k8s.io"];
const ADMISSION: &[&str] = &["admissionregistration.k8s.io"];
const CREATE: &[&str] = &["create"];
const CHANGE: &[&str] = &["update", "patch"];
const WRITE: &[&str] = &["create", "update", "patch"];
const WEAKEN: &[&str] = &["update", "patch", "delete", "deletecollection"];
const AUTHENTICATION: &[&str] = &["authentication.k8s.io"];

const fn ask(
    groups: &'static [&'static str],
    resources: &'static [&'static str],
    verbs: &'static [&'static str],
) -> Ask {
    Ask { groups, resources, verbs, cluster: false, names: Naming::Restricts }
}

impl Ask {
    const fn cluster(self) -> Self {
        Ask { cluster: true, ..self }
    }

    const fn of(self, names: &'static [&'static str]) -> Self {
        Ask { names: Naming::Of(names), ..self }
    }
}

/// All permissions but those of operators, with what they ask for.
pub(crate) const TABLE: &[(Permission, &[Ask])] = &[
    (Permission::PodCreate, &[ask(CORE, &["pods"], CREATE)]),
    (
        Permission::WorkloadCreate,
        &[
            ask(&["apps"], &["deployments", "daemonsets", "statefulsets", "replicasets"], CREATE),
            ask(&["batch"], &["jobs", "cronjobs"], CREATE),
            ask(CORE, &["replicationcontrollers"], CREATE),
        ],
    ),
    (
        Permission::WorkloadUpdate,
        &[
            ask(&["apps"], &["deployments", "daemonsets", "statefulsets", "replicasets"], CHANGE),
            ask(&["batch"], &["cronjobs"], CHANGE),
            ask(CORE, &["replicationcontrollers"], CHANGE),
        ],
    ),
    (Permission::PodUpdate, &[ask(CORE, &["pods"], CHANGE)]),
    (Permission::PodExec, &[ask(CORE, &["pods/exec"], CREATE)]),
    (Permission::PodExecByGet, &[ask(CORE, &["pods/exec"], &["get"])]),
    (Permission::PodAttach, &[ask(CORE, &["pods/attach"], CREATE)]),
    (Permission::PodAttachByGet, &[ask(CORE, &["pods/attach"], &["get"])]),
    (Permission::PodForward, &[ask(CORE, &["pods/portforward"], CREATE)]),
    (Permission::PodForwardByGet, &[ask(CORE, &["pods/portforward"], &["get"])]),
    (Permission::PodProxy, &[ask(CORE, &["pods/proxy"], &["get", "create"])]),
    (Permission::ServiceProxy, &[ask(CORE, &["services/proxy"], &["get", "create"])]),
    (Permission::PodDebug, &[ask(CORE, &["pods/ephemeralcontainers"], CHANGE)]),
    (Permission::PodLog, &[ask(CORE, &["pods/log"], &["get"])]),
    (
        Permission::PodRemove,
        &[ask(CORE, &["pods"], &["delete", "deletecollection"]), ask(CORE, &["pods/eviction"], CREATE)],
    ),
    (Permission::NodeChange, &[ask(CORE, &["nodes", "nodes/status"], CHANGE).cluster()]),
    (Permission::NodeEmpty, &[ask(CORE, &["nodes"], &["update", "patch", "delete"]).cluster()]),
    (Permission::SecretGet, &[ask(CORE, &["secrets"], &["get"])]),
    (Permission::SecretList, &[ask(CORE, &["secrets"], &["list", "watch"])]),
    (Permission::SecretCreate, &[ask(CORE, &["secrets"], CREATE)]),
    (Permission::TokenCreate, &[ask(CORE, &["serviceaccounts/token"], CREATE)]),
    (Permission::ImpersonateUser, &[ask(CORE, &["users"], &["impersonate"]).cluster()]),
    (Permission::ImpersonateGroup, &[ask(CORE, &["groups"], &["impersonate"]).cluster()]),
    (
        Permission::ImpersonateMasters,
        &[ask(CORE, &["groups"], &["impersonate"]).cluster().of(&["system:masters"])],
    ),
    (Permission::ImpersonateAccount, &[ask(CORE, &["serviceaccounts"], &["impersonate"])]),
    (Permission::EscalateRole, &[ask(RBAC, &["roles"], &["escalate"])]),
    (Permission::EscalateClusterRole, &[ask(RBAC, &["clusterroles"], &["escalate"]).cluster()]),
    (Permission::UpdateRole, &[ask(RBAC, &["roles"], CHANGE)]),
    (Permission::UpdateClusterRole, &[ask(RBAC, &["clusterroles"], CHANGE).cluster()]),
    (Permission::BindRole, &[ask(RBAC, &["roles"], &["bind"])]),
    (Permission::BindClusterRole, &[ask(RBAC, &["clusterroles"], &["bind"])]),
    (Permission::CreateRoleBinding, &[ask(RBAC, &["rolebindings"], CREATE)]),
    (Permission::UpdateRoleBinding, &[ask(RBAC, &["rolebindings"], CHANGE)]),
    (Permission::CreateClusterRoleBinding, &[ask(RBAC, &["clusterrolebindings"], CREATE).cluster()]),
    (Permission::UpdateClusterRoleBinding, &[ask(RBAC, &["clusterrolebindings"], CHANGE).cluster()]),
    (Permission::RequestCreate, &[ask(CERTIFICATES, &["certificatesigningrequests"], CREATE).cluster()]),
    (
        Permission::RequestApprove,
        &[ask(CERTIFICATES, &["certificatesigningrequests/approval"], CHANGE).cluster()],
    ),
    (
        Permission::SignerClient,
        &[ask(CERTIFICATES, &["signers"], &["approve"])
            .cluster()
            .of(&["kubernetes.io/kube-apiserver-client", "kubernetes.io/*"])],
    ),
    (
        Permission::SignerKubelet,
        &[ask(CERTIFICATES, &["signers"], &["approve"])
            .cluster()
            .of(&["kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/*"])],
    ),
    (Permission::MutateByWebhook, &[ask(ADMISSION, &["mutatingwebhookconfigurations"], WRITE).cluster()]),
    (Permission::ReadByWebhook, &[ask(ADMISSION, &["validatingwebhookconfigurations"], WRITE).cluster()]),
    (Permission::MutationPolicy, &[ask(ADMISSION, &["mutatingadmissionpolicies"], WRITE).cluster()]),
    (Permission::MutationBinding, &[ask(ADMISSION, &["mutatingadmissionpolicybindings"], WRITE).cluster()]),
    (Permission::NamespaceUpdate, &[ask(CORE, &["namespaces"], CHANGE)]),
    (Permission::NodeProxy, &[ask(CORE, &["nodes/proxy"], &["get", "create"]).cluster()]),
    (Permission::VolumeCreate, &[ask(CORE, &["persistentvolumes"], CREATE).cluster()]),
    (Permission::ClaimCreate, &[ask(CORE, &["persistentvolumeclaims"], CREATE)]),
    (Permission::AwsAuth, &[ask(CORE, &["configmaps"], CHANGE).of(&["aws-auth"])]),
    (Permission::ConstrainedUser, &[ask(AUTHENTICATION, &["users"], &["impersonate:user-info"]).cluster()]),
    (
        Permission::ConstrainedAccount,
        &[ask(AUTHENTICATION, &["serviceaccounts"], &["impersonate:serviceaccount"])],
    ),
    (Permission::PodBind, &[ask(CORE, &["pods/binding", "bindings"], CREATE)]),
    (
        Permission::PolicyWeaken,
        &[ask(ADMISSION, &["validatingadmissionpolicies", "validatingadmissionpolicybindings"], WEAKEN)
            .cluster()],
    ),
    (Permission::KyvernoWeaken, &[ask(&["kyverno.io"], &["clusterpolicies"], WEAKEN).cluster()]),
    (Permission::ServerWrite, &[ask(&["apiregistration.k8s.io"], &["apiservices"], WRITE).cluster()]),
    (
        Permission::DefinitionChange,
        &[ask(&["apiextensions.k8s.io"], &["customresourcedefinitions"], CHANGE).cluster()],
    ),
    (Permission::IngressWrite, &[ask(&["networking.k8s.io"], &["ingresses"], WRITE)]),
    (Permission::AccountWrite, &[ask(CORE, &["serviceaccounts"], WRITE)]),
    (
        Permission::EndpointWrite,
        &[ask(&["discovery.k8s.io"], &["endpointslices"], WRITE), ask(CORE, &["endpoints"], WRITE)],
    ),
    (Permission::NodeConfig, &[ask(CORE, &["configmaps"], CHANGE).of(&["kubelet-config", "kubeadm-config"])]),
];

impl Permission {
    /// The permission in words.
    pub(crate) fn words(self) -> String {
        if let Permission::Operator(row) = self {
            let word = crate::rules::operators::CATALOGUE
                .get(row as usize)
                .map_or_else(String::new, |operator| operator.resource.join(", "));
            return format!("write {word}");
        }
        let ask = TABLE.iter().find(|(permission, _)| *permission == self).and_then(|(_, asks)| asks.first());
        ask.map_or_else(String::new, |ask| format!("{} {}", ask.verbs.join("/"), ask.resources.join(", ")))
    }
}
