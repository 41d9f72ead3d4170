//! The primitives of table A that rights decide.
//!
//! Not here, because rights alone do not decide them: A03 (a group of a credential), A05 (what admission lets through),
//! A51 (who the subject is: [`crate::risks`]), A53 (what the schema of a custom resource says). A27 needs no row: writing
//! roles without `escalate` gains nothing, and A48 neither: asking is no attack.

use seawall_core::Severity;

use crate::primitives::Capability::{self, *};

/// An object that a primitive is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its namespace.
    pub namespace: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// A step of an attack that rights open.
#[derive(Debug, PartialEq, Eq)]
pub struct Primitive {
    /// Its number: `A04`.
    pub id: &'static str,
    /// The rights, as alternatives: all capabilities of one list are needed.
    pub needs: &'static [&'static [Capability]],
    /// What the holder gains, in words that follow "so that it".
    pub gains: &'static str,
    /// How bad it is when held everywhere, or in `kube-system`.
    pub everywhere: Severity,
    /// How bad it is when held in one other namespace.
    pub in_namespace: Severity,
    /// What to do about it.
    pub fix: &'static str,
    /// The signer whose approval is needed, when it is about one.
    pub signer: Option<&'static str>,
    /// The ConfigMaps that it is about; empty when it is about no certain one.
    pub objects: &'static [Object],
}

const fn row(
    id: &'static str,
    needs: &'static [&'static [Capability]],
    severities: (Severity, Severity),
    gains: &'static str,
    fix: &'static str,
) -> Primitive {
    let (everywhere, in_namespace) = severities;
    Primitive { id, needs, gains, everywhere, in_namespace, fix, signer: None, objects: &[] }
}

const CRITICAL: (Severity, Severity) = (Severity::Critical, Severity::High);
const HIGH: (Severity, Severity) = (Severity::High, Severity::High);
const MEDIUM: (Severity, Severity) = (Severity::Medium, Severity::Medium);
const LOW: (Severity, Severity) = (Severity::Low, Severity::Low);
const INFO: (Severity, Severity) = (Severity::Info, Severity::Info);

const fn config(name: &'static str) -> Object {
    Object { namespace: "kube-system", name }
}

/// All rows, by number.
pub const PRIMITIVES: &[Primitive] = &[
    row("A01", &[&[Everything]], CRITICAL, "is cluster-admin", "grant the resources and verbs that are used"),
    row(
        "A02",
        &[&[Everything], &[CreatePods, ListSecrets, CreateRoleBindings, UpdateRoles]],
        CRITICAL,
        "owns the namespace with all its service accounts",
        "grant the resources and verbs that are used",
    ),
    row(
        "A04",
        &[&[CreatePods]],
        CRITICAL,
        "runs code as every service account and mounts every Secret, ConfigMap and volume claim of the namespace, and takes nodes where admission lets privileged pods through",
        "let a controller create the pods, and restrict the namespace by a Pod Security level",
    ),
    row(
        "A06",
        &[&[CreateWorkloads], &[UpdateWorkloads]],
        CRITICAL,
        "runs code as every service account and mounts every Secret, ConfigMap and volume claim of the namespace through the pods of a workload",
        "name the workloads in resourceNames with `patch` only, or keep deployers in namespaces of their own",
    ),
    row(
        "A07",
        &[&[UpdatePods]],
        CRITICAL,
        "runs its image in place of one of the pod's, with the pod's identity",
        "remove `update` and `patch` on pods",
    ),
    row(
        "A08",
        &[&[ExecPods]],
        CRITICAL,
        "runs commands in the containers of pods",
        "remove pods/exec, or name the pods",
    ),
    row(
        "A09",
        &[&[AttachPods]],
        CRITICAL,
        "reads and writes the terminals of containers",
        "remove pods/attach, or name the pods",
    ),
    row(
        "A10",
        &[&[ForwardPods]],
        MEDIUM,
        "reaches every port of the pods past network policies",
        "remove pods/portforward, or name the pods",
    ),
    row(
        "A11",
        &[&[EphemeralContainers]],
        CRITICAL,
        "runs a container of its own within running pods",
        "remove pods/ephemeralcontainers, or name the pods",
    ),
    row(
        "A12",
        &[&[ProxyPods], &[ProxyServices]],
        MEDIUM,
        "reaches HTTP of pods and services past network policies",
        "remove pods/proxy and services/proxy",
    ),
    row(
        "A13",
        &[&[ReadPodLogs]],
        INFO,
        "reads what containers log, and any file of the node through a pod that mounts /var/log",
        "remove pods/log, or restrict hostPath volumes",
    ),
    row(
        "A14",
        &[&[BindPods]],
        LOW,
        "places pending pods on nodes of its choice",
        "leave binding to the scheduler",
    ),
    row(
        "A15",
        &[
            &[DeletePods, UpdateNodes],
            &[DeletePods, UpdateNodeStatus],
            &[EvictPods, UpdateNodes],
            &[EvictPods, UpdateNodeStatus],
            &[DeleteNodes, UpdateNodeStatus],
            &[DeleteNodes, UpdateNodes],
        ],
        HIGH,
        "drives pods with powerful accounts to a node of its choice",
        "separate deleting pods from changing nodes",
    ),
    row(
        "A16",
        &[&[GetSecrets]],
        CRITICAL,
        "reads Secrets whose names it knows or guesses, tokens of service accounts among them",
        "name the Secrets in resourceNames",
    ),
    row(
        "A17",
        &[&[ListSecrets]],
        CRITICAL,
        "reads all Secrets, tokens of service accounts among them",
        "use `get` with resourceNames instead of `list` and `watch`",
    ),
    row(
        "A18",
        &[&[CreateSecrets, GetSecrets], &[CreateSecrets, ListSecrets], &[CreateSecrets, CreatePods]],
        CRITICAL,
        "makes itself a lasting token of every service account",
        "do not let one subject both create and read Secrets",
    ),
    row(
        "A19",
        &[&[UpdateSecrets]],
        MEDIUM,
        "replaces credentials and certificates that others trust",
        "name the Secrets in resourceNames",
    ),
    row(
        "A20",
        &[&[CreateTokens]],
        CRITICAL,
        "issues itself tokens of service accounts",
        "name the service accounts in resourceNames",
    ),
    row(
        "A21",
        &[&[WriteServiceAccounts]],
        (Severity::Medium, Severity::Low),
        "gives service accounts cloud roles and pull secrets",
        "remove writing of serviceaccounts",
    ),
    row(
        "A22",
        &[
            &[ImpersonateUsers],
            &[ImpersonateServiceAccounts],
            &[ImpersonateUsers, ImpersonateGroups],
            &[ImpersonateServiceAccounts, ImpersonateGroups],
        ],
        CRITICAL,
        "acts as others",
        "name the users, groups or service accounts in resourceNames",
    ),
    row(
        "A23",
        &[&[ImpersonateConstrained, ImpersonateOn]],
        HIGH,
        "acts as others for the verbs of impersonate-on",
        "name whom it may impersonate in resourceNames",
    ),
    row(
        "A24",
        &[&[EscalateClusterRoles, UpdateClusterRoles], &[EscalateRoles, UpdateRoles]],
        CRITICAL,
        "writes any right into a role that it holds",
        "remove `escalate`",
    ),
    row(
        "A25",
        &[
            &[CreateClusterRoleBindings, BindClusterRoles],
            &[UpdateClusterRoleBindings, BindClusterRoles],
            &[CreateRoleBindings, BindClusterRoles],
            &[UpdateRoleBindings, BindClusterRoles],
            &[CreateRoleBindings, BindRoles],
            &[UpdateRoleBindings, BindRoles],
        ],
        CRITICAL,
        "binds roles to itself that hold more than it does",
        "name the roles that it may bind in resourceNames of `bind`",
    ),
    row(
        "A26",
        &[
            &[CreateClusterRoleBindings],
            &[UpdateClusterRoleBindings],
            &[CreateRoleBindings],
            &[UpdateRoleBindings],
        ],
        INFO,
        "spreads what it holds to others, and no more",
        "remove writing of bindings where nobody is to be let in",
    ),
    Primitive {
        signer: Some("kubernetes.io/kube-apiserver-client"),
        ..row(
            "A28",
            &[&[CreateCsrs, ApproveCsrs, ApproveSigners]],
            CRITICAL,
            "gets a client certificate of any user and of any group but system:masters",
            "remove `approve` on the signer",
        )
    },
    Primitive {
        signer: Some("kubernetes.io/kube-apiserver-client-kubelet"),
        ..row(
            "A29",
            &[&[CreateCsrs, ApproveCsrs, ApproveSigners]],
            HIGH,
            "gets a client certificate of any node",
            "remove `approve` on the signer",
        )
    },
    row(
        "A30",
        &[&[UpdateCsrStatus, SignSigners]],
        LOW,
        "issues certificates where it also has the key of a CA",
        "remove `sign` on the signer",
    ),
    row(
        "A31",
        &[&[WriteWebhooks]],
        CRITICAL,
        "reads every object that is admitted, Secrets included, and changes pods",
        "remove writing of webhook configurations",
    ),
    row(
        "A32",
        &[&[WeakenAdmission], &[CreateMutatingPolicies, CreateMutatingPolicyBindings]],
        HIGH,
        "takes admission rules away or injects into what is admitted",
        "remove writing of webhook configurations and admission policies",
    ),
    row(
        "A33",
        &[&[WriteApiServices]],
        HIGH,
        "answers in place of an API group",
        "remove writing of apiservices",
    ),
    row(
        "A34",
        &[&[WriteCrds]],
        MEDIUM,
        "reads and changes custom resources by a conversion webhook",
        "remove writing of customresourcedefinitions",
    ),
    row(
        "A35",
        &[&[UpdateNamespaces]],
        MEDIUM,
        "removes Pod Security levels and forges labels that policies select namespaces by",
        "remove `update` and `patch` on namespaces",
    ),
    row(
        "A36",
        &[&[UpdateNodes], &[UpdateNodeStatus]],
        MEDIUM,
        "draws pods to nodes by labels and taints",
        "remove changing of nodes",
    ),
    row(
        "A37",
        &[&[ProxyNodes]],
        CRITICAL,
        "runs commands in every pod of the nodes past admission and audit",
        "grant nodes/metrics, nodes/stats or nodes/log instead of nodes/proxy",
    ),
    row(
        "A38",
        &[&[ReadNodes], &[CheckpointNodes]],
        INFO,
        "reads what kubelets know of pods",
        "grant only the subresource of nodes that is used",
    ),
    row(
        "A39",
        &[&[CreateVolumes, CreateClaims, CreatePods], &[CreateVolumes, CreateClaims, CreateWorkloads]],
        CRITICAL,
        "mounts the file system of nodes through a volume that Pod Security levels do not look at",
        "leave PersistentVolumes to a provisioner",
    ),
    row(
        "A40",
        &[&[WriteStorage]],
        MEDIUM,
        "attaches volumes of others and sets parameters of storage drivers",
        "remove writing of storage.k8s.io",
    ),
    Primitive {
        objects: &[config("aws-auth")],
        ..row(
            "A41",
            &[&[UpdateConfigMaps]],
            CRITICAL,
            "maps itself to system:masters",
            "use access entries, or remove changing of ConfigMaps in kube-system",
        )
    },
    Primitive {
        objects: &[config("coredns")],
        ..row(
            "A42",
            &[&[UpdateConfigMaps]],
            HIGH,
            "answers name look-ups of the whole cluster",
            "remove changing of ConfigMaps in kube-system",
        )
    },
    Primitive {
        objects: &[
            config("extension-apiserver-authentication"),
            config("kube-proxy"),
            config("kubeadm-config"),
            Object { namespace: "kube-public", name: "cluster-info" },
        ],
        ..row(
            "A43",
            &[&[UpdateConfigMaps]],
            HIGH,
            "changes whom API servers and joining nodes trust",
            "remove changing of ConfigMaps in kube-system and kube-public",
        )
    },
    row(
        "A44",
        &[&[WriteEndpoints]],
        MEDIUM,
        "sends the traffic of services elsewhere, also to other namespaces",
        "leave endpoints to the controllers",
    ),
    row(
        "A45",
        &[&[WriteServices], &[UpdateServiceStatus]],
        (Severity::Medium, Severity::Low),
        "takes over addresses by externalIPs or the status of a load balancer",
        "deny externalIPs in admission",
    ),
    row(
        "A46",
        &[&[WriteNetworkPolicies], &[WriteClusterNetworkPolicies]],
        (Severity::Medium, Severity::Low),
        "opens the network between pods",
        "remove writing of network policies",
    ),
    row(
        "A47",
        &[&[WriteRoutes]],
        (Severity::Medium, Severity::Low),
        "exposes services to the outside",
        "remove writing of routes",
    ),
    row(
        "A49",
        &[&[UpdateLeases]],
        INFO,
        "stops controllers by taking their leases",
        "name the leases in resourceNames",
    ),
    row(
        "A50",
        &[&[DeleteAnything]],
        (Severity::High, Severity::Medium),
        "deletes everything",
        "name the resources that are to be deleted",
    ),
    row(
        "A52",
        &[&[WriteOperatorObjects]],
        (Severity::Medium, Severity::Low),
        "lets an operator act with the operator's rights",
        "keep the writers of these objects as trusted as the operator",
    ),
    row(
        "A54",
        &[&[WriteDeviceClasses], &[WriteResourceClaims]],
        INFO,
        "uses devices of others where a namespace allows admin access",
        "remove the label resource.k8s.io/admin-access",
    ),
];

/// The primitive of a number.
pub fn primitive(id: &str) -> Option<&'static Primitive> {
    PRIMITIVES.iter().find(|primitive| primitive.id == id)
}
