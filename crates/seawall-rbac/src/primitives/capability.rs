//! Single rights that attack primitives are made of.
//!
//! Source: table A of the project's attack-graph reference, with the resources' groups, scopes and verbs from the API
//! documentation of Kubernetes 1.36 and of the projects named.

/// How far a capability reaches when a RoleBinding grants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// In the binding's namespace.
    Namespace,
    /// Nowhere: its resources have no namespace, so that only a ClusterRoleBinding grants it.
    Cluster,
}

/// Verbs on resources of a group.
#[derive(Clone, Copy, Debug)]
pub struct What {
    /// The API group; `*` for rules that say `*`.
    pub group: &'static str,
    /// Resources, separated by blanks.
    pub resources: &'static str,
    /// Verbs of which one is enough, separated by blanks.
    pub verbs: &'static str,
    /// Whether only rules with resourceNames count.
    pub only_named: bool,
    /// The first version (major, minor) that knows it.
    pub since: Option<(u32, u32)>,
    /// The first version that asks for more.
    pub until: Option<(u32, u32)>,
}

const fn on(group: &'static str, resources: &'static str, verbs: &'static str) -> What {
    What { group, resources, verbs, only_named: false, since: None, until: None }
}

macro_rules! capabilities {
    ($($(#[doc = $doc:literal])+ $name:ident: $reach:ident, [$($what:expr),+ $(,)?];)+) => {
        /// A single right that primitives are made of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Capability { $($(#[doc = $doc])+ $name,)+ }

        impl Capability {
            /// All of them.
            pub const ALL: &[Capability] = &[$(Capability::$name,)+];

            /// How far it reaches.
            pub const fn reach(self) -> Reach {
                match self { $(Capability::$name => Reach::$reach,)+ }
            }

            /// What grants it; one is enough.
            pub const fn what(self) -> &'static [What] {
                match self { $(Capability::$name => const { &[$($what),+] },)+ }
            }

            /// What it is, in words.
            pub const fn words(self) -> &'static str {
                match self { $(Capability::$name => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

/// Until when `get` opened a WebSocket to a container (`AuthorizePodWebsocketUpgradeCreatePermission`).
const WEBSOCKET_NEEDS_CREATE: Option<(u32, u32)> = Some((1, 35));
/// The beta of `MutatingAdmissionPolicy`.
const MUTATING_POLICIES: Option<(u32, u32)> = Some((1, 34));
/// The alpha of constrained impersonation (KEP-5284).
const CONSTRAINED_IMPERSONATION: Option<(u32, u32)> = Some((1, 35));
const WRITE: &str = "create update patch";
const CHANGE: &str = "update patch";
const ANY_WRITE: &str = "create update patch delete deletecollection";
const RBAC: &str = "rbac.authorization.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";
const CONSTRAINED: &str =
    "impersonate:user-info impersonate:serviceaccount impersonate:arbitrary-node impersonate:associated-node";

capabilities! {
    /// do everything
    Everything: Namespace, [on("*", "*", "*")];
    /// create pods
    CreatePods: Namespace, [on("", "pods", "create")];
    /// create workloads
    CreateWorkloads: Namespace, [
        on("apps", "deployments daemonsets statefulsets replicasets", "create"),
        on("batch", "jobs cronjobs", "create"),
        on("", "replicationcontrollers", "create"),
    ];
    /// change workloads
    UpdateWorkloads: Namespace, [
        on("apps", "deployments daemonsets statefulsets replicasets", CHANGE),
        // The template of a Job does not change.
        on("batch", "cronjobs", CHANGE),
        on("", "replicationcontrollers", CHANGE),
    ];
    /// change pods
    UpdatePods: Namespace, [on("", "pods", CHANGE)];
    /// run commands in pods
    ExecPods: Namespace, [
        on("", "pods/exec", "create"),
        What { until: WEBSOCKET_NEEDS_CREATE, ..on("", "pods/exec", "get") },
    ];
    /// attach to pods
    AttachPods: Namespace, [
        on("", "pods/attach", "create"),
        What { until: WEBSOCKET_NEEDS_CREATE, ..on("", "pods/attach", "get") },
    ];
    /// forward ports of pods
    ForwardPods: Namespace, [
        on("", "pods/portforward", "create"),
        What { until: WEBSOCKET_NEEDS_CREATE, ..on("", "pods/portforward", "get") },
    ];
    /// add ephemeral containers to pods
    EphemeralContainers: Namespace, [on("", "pods/ephemeralcontainers", CHANGE)];
    /// send requests to pods through the API server
    ProxyPods: Namespace, [on("", "pods/proxy", "get create update patch delete")];
    /// send requests to services through the API server
    ProxyServices: Namespace, [on("", "services/proxy", "get create update patch delete")];
    /// read the logs of pods
    ReadPodLogs: Namespace, [on("", "pods/log", "get")];
    /// bind pods to nodes
    BindPods: Namespace, [on("", "pods/binding", "create"), on("", "bindings", "create")];
    /// delete pods
    DeletePods: Namespace, [on("", "pods", "delete deletecollection")];
    /// evict pods
    EvictPods: Namespace, [on("", "pods/eviction", "create")];
    /// delete nodes
    DeleteNodes: Cluster, [on("", "nodes", "delete deletecollection")];
    /// change nodes
    UpdateNodes: Cluster, [on("", "nodes", CHANGE)];
    /// change the status of nodes
    UpdateNodeStatus: Cluster, [on("", "nodes/status", CHANGE)];
    /// read Secrets by name
    GetSecrets: Namespace, [
        on("", "secrets", "get"),
        // With resourceNames these give the named one, contents included.
        What { only_named: true, ..on("", "secrets", "list watch") },
    ];
    /// list Secrets with their contents
    ListSecrets: Namespace, [on("", "secrets", "list watch")];
    /// create Secrets
    CreateSecrets: Namespace, [on("", "secrets", "create")];
    /// change Secrets
    UpdateSecrets: Namespace, [on("", "secrets", CHANGE)];
    /// issue tokens of service accounts
    CreateTokens: Namespace, [on("", "serviceaccounts/token", "create")];
    /// write service accounts
    WriteServiceAccounts: Namespace, [on("", "serviceaccounts", WRITE)];
    /// impersonate users
    ImpersonateUsers: Cluster, [on("", "users", "impersonate")];
    /// impersonate groups
    ImpersonateGroups: Cluster, [on("", "groups", "impersonate")];
    /// impersonate service accounts
    ImpersonateServiceAccounts: Namespace, [on("", "serviceaccounts", "impersonate")];
    /// impersonate within limits
    ImpersonateConstrained: Namespace, [
        What {
            since: CONSTRAINED_IMPERSONATION,
            ..on("authentication.k8s.io", "users groups serviceaccounts nodes uids userextras", CONSTRAINED)
        },
    ];
    /// act as somebody impersonated within limits
    ImpersonateOn: Namespace, [on("*", "*", "*")];
    /// escalate ClusterRoles
    EscalateClusterRoles: Cluster, [on(RBAC, "clusterroles", "escalate")];
    /// escalate Roles
    EscalateRoles: Namespace, [on(RBAC, "roles", "escalate")];
    /// change ClusterRoles
    UpdateClusterRoles: Cluster, [on(RBAC, "clusterroles", CHANGE)];
    /// change Roles
    UpdateRoles: Namespace, [on(RBAC, "roles", CHANGE)];
    /// create ClusterRoles
    CreateClusterRoles: Cluster, [on(RBAC, "clusterroles", "create")];
    /// create Roles
    CreateRoles: Namespace, [on(RBAC, "roles", "create")];
    /// bind ClusterRoles
    BindClusterRoles: Namespace, [on(RBAC, "clusterroles", "bind")];
    /// bind Roles
    BindRoles: Namespace, [on(RBAC, "roles", "bind")];
    /// create ClusterRoleBindings
    CreateClusterRoleBindings: Cluster, [on(RBAC, "clusterrolebindings", "create")];
    /// change ClusterRoleBindings
    UpdateClusterRoleBindings: Cluster, [on(RBAC, "clusterrolebindings", CHANGE)];
    /// create RoleBindings
    CreateRoleBindings: Namespace, [on(RBAC, "rolebindings", "create")];
    /// change RoleBindings
    UpdateRoleBindings: Namespace, [on(RBAC, "rolebindings", CHANGE)];
    /// request certificates
    CreateCsrs: Cluster, [on(CERTIFICATES, "certificatesigningrequests", "create")];
    /// change the approval of certificate requests
    ApproveCsrs: Cluster, [on(CERTIFICATES, "certificatesigningrequests/approval", CHANGE)];
    /// approve for signers
    ApproveSigners: Cluster, [on(CERTIFICATES, "signers", "approve")];
    /// change the status of certificate requests
    UpdateCsrStatus: Cluster, [on(CERTIFICATES, "certificatesigningrequests/status", CHANGE)];
    /// sign for signers
    SignSigners: Cluster, [on(CERTIFICATES, "signers", "sign")];
    /// write admission webhooks
    WriteWebhooks: Cluster, [
        on(ADMISSION, "mutatingwebhookconfigurations validatingwebhookconfigurations", WRITE),
    ];
    /// remove or change admission rules
    WeakenAdmission: Cluster, [
        on(ADMISSION, "mutatingwebhookconfigurations validatingwebhookconfigurations", "update patch delete deletecollection"),
        on(ADMISSION, "validatingadmissionpolicies validatingadmissionpolicybindings", "update patch delete deletecollection"),
        on(ADMISSION, "mutatingadmissionpolicies mutatingadmissionpolicybindings", "update patch delete deletecollection"),
    ];
    /// create MutatingAdmissionPolicies
    CreateMutatingPolicies: Cluster, [What { since: MUTATING_POLICIES, ..on(ADMISSION, "mutatingadmissionpolicies", "create") }];
    /// create bindings of MutatingAdmissionPolicies
    CreateMutatingPolicyBindings: Cluster, [What { since: MUTATING_POLICIES, ..on(ADMISSION, "mutatingadmissionpolicybindings", "create") }];
    /// write APIServices
    WriteApiServices: Cluster, [on("apiregistration.k8s.io", "apiservices", WRITE)];
    /// write CustomResourceDefinitions
    WriteCrds: Cluster, [on("apiextensions.k8s.io", "customresourcedefinitions", WRITE)];
    /// change Namespaces
    UpdateNamespaces: Namespace, [on("", "namespaces", CHANGE)];
    /// reach kubelets through the API server
    ProxyNodes: Cluster, [on("", "nodes/proxy", "get create")];
    /// read what kubelets know
    ReadNodes: Cluster, [on("", "nodes/log nodes/metrics nodes/stats nodes/pods nodes/configz", "get")];
    /// write checkpoints of containers
    CheckpointNodes: Cluster, [on("", "nodes/checkpoint", "get create")];
    /// create PersistentVolumes
    CreateVolumes: Cluster, [on("", "persistentvolumes", "create")];
    /// create PersistentVolumeClaims
    CreateClaims: Namespace, [on("", "persistentvolumeclaims", "create")];
    /// write storage drivers, classes and attachments
    WriteStorage: Cluster, [
        on("storage.k8s.io", "csidrivers csinodes storageclasses volumeattachments", WRITE),
    ];
    /// change ConfigMaps
    UpdateConfigMaps: Namespace, [on("", "configmaps", CHANGE)];
    /// write endpoints of services
    WriteEndpoints: Namespace, [
        on("discovery.k8s.io", "endpointslices", WRITE),
        on("", "endpoints", WRITE),
    ];
    /// write services
    WriteServices: Namespace, [on("", "services", WRITE)];
    /// change the status of services
    UpdateServiceStatus: Namespace, [on("", "services/status", CHANGE)];
    /// write network policies
    WriteNetworkPolicies: Namespace, [
        on("networking.k8s.io", "networkpolicies", ANY_WRITE),
        on("cilium.io", "ciliumnetworkpolicies", ANY_WRITE),
        on("crd.projectcalico.org", "networkpolicies", ANY_WRITE),
        on("projectcalico.org", "networkpolicies", ANY_WRITE),
    ];
    /// write network policies of the cluster
    WriteClusterNetworkPolicies: Cluster, [
        on("policy.networking.k8s.io", "clusternetworkpolicies adminnetworkpolicies baselineadminnetworkpolicies", ANY_WRITE),
        on("cilium.io", "ciliumclusterwidenetworkpolicies", ANY_WRITE),
        on("crd.projectcalico.org", "globalnetworkpolicies", ANY_WRITE),
        on("projectcalico.org", "globalnetworkpolicies", ANY_WRITE),
    ];
    /// write routes from outside
    WriteRoutes: Namespace, [
        on("networking.k8s.io", "ingresses", WRITE),
        on("gateway.networking.k8s.io", "gateways httproutes grpcroutes tcproutes tlsroutes udproutes", WRITE),
        on("networking.istio.io", "virtualservices gateways", WRITE),
        on("route.openshift.io", "routes", WRITE),
    ];
    /// ask what others may do and whose tokens are
    ReviewAccess: Cluster, [
        on("authentication.k8s.io", "tokenreviews", "create"),
        on("authorization.k8s.io", "subjectaccessreviews", "create"),
    ];
    /// change leases of leaders
    UpdateLeases: Namespace, [on("coordination.k8s.io", "leases", "update patch delete deletecollection")];
    /// delete anything
    DeleteAnything: Namespace, [on("*", "*", "delete deletecollection")];
    /// write objects that operators act on
    WriteOperatorObjects: Namespace, [
        on("argoproj.io", "applications applicationsets workflows cronworkflows workflowtemplates rollouts sensors", WRITE),
        on("kustomize.toolkit.fluxcd.io", "kustomizations", WRITE),
        on("helm.toolkit.fluxcd.io", "helmreleases", WRITE),
        on("source.toolkit.fluxcd.io", "gitrepositories ocirepositories buckets helmrepositories", WRITE),
        on("tekton.dev", "tasks taskruns pipelines pipelineruns", WRITE),
        on("pkg.crossplane.io", "providers functions configurations", WRITE),
        on("kubevirt.io", "virtualmachines virtualmachineinstances", WRITE),
        on("kyverno.io", "policies clusterpolicies", WRITE),
        on("external-secrets.io", "externalsecrets clusterexternalsecrets secretstores clustersecretstores", WRITE),
        on("cert-manager.io", "certificates issuers clusterissuers", WRITE),
        on("velero.io", "restores backups", WRITE),
        on("monitoring.coreos.com", "servicemonitors podmonitors", WRITE),
        on("secrets.hashicorp.com", "vaultstaticsecrets vaultdynamicsecrets", WRITE),
        on("keda.sh", "scaledjobs", WRITE),
        on("serving.knative.dev", "services", WRITE),
        on("sparkoperator.k8s.io", "sparkapplications", WRITE),
        on("ray.io", "rayclusters rayjobs", WRITE),
        on("kubeflow.org", "notebooks tfjobs pytorchjobs", WRITE),
    ];
    /// claim devices
    WriteResourceClaims: Namespace, [on("resource.k8s.io", "resourceclaims resourceclaimtemplates", "create")];
    /// write classes of devices
    WriteDeviceClasses: Cluster, [on("resource.k8s.io", "deviceclasses", WRITE)];
}

/// A set of capabilities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Capabilities(u128);

impl Capabilities {
    /// Nothing.
    pub const NONE: Capabilities = Capabilities(0);

    /// Those that a RoleBinding can grant.
    pub const NAMESPACED: Capabilities = {
        let mut set = 0;
        let mut at = 0;
        while at < Capability::ALL.len() {
            // A const function cannot iterate; `split_at` would hide the loop behind a panic.
            #[allow(clippy::indexing_slicing, reason = "the bound is the condition of the loop")]
            let capability = Capability::ALL[at];
            if matches!(capability.reach(), Reach::Namespace) {
                set |= 1 << capability as u8;
            }
            at += 1;
        }
        Capabilities(set)
    };

    /// Whether a capability is in it.
    pub const fn has(self, capability: Capability) -> bool {
        self.0 & (1 << capability as u8) != 0
    }

    /// The set with one more.
    #[must_use]
    pub const fn with(self, capability: Capability) -> Self {
        Capabilities(self.0 | (1 << capability as u8))
    }

    /// What is in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Capabilities(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Capabilities(self.0 & other.0)
    }

    /// Whether nothing is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in it, in the order of [`Capability::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        Capability::ALL.iter().copied().filter(move |capability| self.has(*capability))
    }
}

// Every capability needs a bit.
const _: () = assert!(Capability::ALL.len() <= 128);
