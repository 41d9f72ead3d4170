//! Which objects a policy is about: kinds that are judged alike, and what of them must change for a new verdict.

/// A kind that the API server serves.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Served {
    pub(super) group: &'static str,
    pub(super) version: &'static str,
    pub(super) resource: &'static str,
    pub(super) kind: &'static str,
}

/// Kinds that are judged alike.
#[derive(Debug)]
pub(super) struct Family {
    /// How policy files call it.
    pub(super) name: &'static str,
    pub(super) kinds: &'static [Served],
    /// Parts of the object beside its labels and annotations. An update that changes none of them is not judged: nobody
    /// is kept from removing a finalizer of an object that is as it was.
    pub(super) parts: &'static [&'static str],
}

const fn served(
    group: &'static str,
    version: &'static str,
    resource: &'static str,
    kind: &'static str,
) -> Served {
    Served { group, version, resource, kind }
}

/// Debuggers come into a pod by this part of it; its object is the pod.
pub(super) const EPHEMERAL: &str = "pods/ephemeralcontainers";

/// Everything built in that is a pod or makes pods.
const PODS: &[Served] = &[
    served("", "v1", "pods", "Pod"),
    served("", "v1", EPHEMERAL, "Pod"),
    served("", "v1", "podtemplates", "PodTemplate"),
    served("", "v1", "replicationcontrollers", "ReplicationController"),
    served("apps", "v1", "daemonsets", "DaemonSet"),
    served("apps", "v1", "deployments", "Deployment"),
    served("apps", "v1", "replicasets", "ReplicaSet"),
    served("apps", "v1", "statefulsets", "StatefulSet"),
    served("batch", "v1", "cronjobs", "CronJob"),
    served("batch", "v1", "jobs", "Job"),
];

/// Claims, what makes claims, and pods with claims of their own.
const CLAIMS: &[Served] = &[
    served("", "v1", "pods", "Pod"),
    served("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"),
    served("", "v1", "podtemplates", "PodTemplate"),
    served("", "v1", "replicationcontrollers", "ReplicationController"),
    served("apps", "v1", "daemonsets", "DaemonSet"),
    served("apps", "v1", "deployments", "Deployment"),
    served("apps", "v1", "replicasets", "ReplicaSet"),
    served("apps", "v1", "statefulsets", "StatefulSet"),
    served("batch", "v1", "cronjobs", "CronJob"),
    served("batch", "v1", "jobs", "Job"),
];

/// What is built in and lives in a namespace. Events and Leases, which come by the second, are nothing to judge.
const NAMESPACED: &[Served] = &[
    served("", "*", "configmaps", "ConfigMap"),
    served("", "*", "endpoints", "Endpoints"),
    served("", "*", "limitranges", "LimitRange"),
    served("", "*", "persistentvolumeclaims", "PersistentVolumeClaim"),
    served("", "*", "pods", "Pod"),
    served("", "*", "podtemplates", "PodTemplate"),
    served("", "*", "replicationcontrollers", "ReplicationController"),
    served("", "*", "resourcequotas", "ResourceQuota"),
    served("", "*", "secrets", "Secret"),
    served("", "*", "serviceaccounts", "ServiceAccount"),
    served("", "*", "services", "Service"),
    served("apps", "*", "controllerrevisions", "ControllerRevision"),
    served("apps", "*", "daemonsets", "DaemonSet"),
    served("apps", "*", "deployments", "Deployment"),
    served("apps", "*", "replicasets", "ReplicaSet"),
    served("apps", "*", "statefulsets", "StatefulSet"),
    served("autoscaling", "*", "horizontalpodautoscalers", "HorizontalPodAutoscaler"),
    served("batch", "*", "cronjobs", "CronJob"),
    served("batch", "*", "jobs", "Job"),
    served("discovery.k8s.io", "*", "endpointslices", "EndpointSlice"),
    served("networking.k8s.io", "*", "ingresses", "Ingress"),
    served("networking.k8s.io", "*", "networkpolicies", "NetworkPolicy"),
    served("policy", "*", "poddisruptionbudgets", "PodDisruptionBudget"),
    served("rbac.authorization.k8s.io", "*", "rolebindings", "RoleBinding"),
    served("rbac.authorization.k8s.io", "*", "roles", "Role"),
    served("resource.k8s.io", "*", "resourceclaims", "ResourceClaim"),
    served("resource.k8s.io", "*", "resourceclaimtemplates", "ResourceClaimTemplate"),
    served("storage.k8s.io", "*", "csistoragecapacities", "CSIStorageCapacity"),
];

static FAMILIES: &[Family] = &[
    Family { name: "pods", kinds: PODS, parts: &["spec", "template"] },
    Family { name: "namespaced", kinds: NAMESPACED, parts: &["spec", "template"] },
    Family {
        name: "accounts",
        kinds: &[served("", "v1", "serviceaccounts", "ServiceAccount")],
        parts: &["automountServiceAccountToken", "secrets", "imagePullSecrets"],
    },
    Family {
        name: "autoscalers",
        kinds: &[served("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler")],
        parts: &["spec"],
    },
    Family {
        name: "bindings",
        kinds: &[
            served("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding"),
            served("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding"),
        ],
        parts: &["roleRef", "subjects"],
    },
    Family {
        name: "budgets",
        kinds: &[served("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget")],
        parts: &["spec"],
    },
    Family { name: "claims", kinds: CLAIMS, parts: &["spec", "template"] },
    Family {
        name: "ingresses",
        kinds: &[served("networking.k8s.io", "v1", "ingresses", "Ingress")],
        parts: &["spec"],
    },
    Family { name: "namespaces", kinds: &[served("", "v1", "namespaces", "Namespace")], parts: &["spec"] },
    Family {
        name: "networkpolicies",
        kinds: &[served("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy")],
        parts: &["spec"],
    },
    Family {
        name: "roles",
        kinds: &[
            served("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole"),
            served("rbac.authorization.k8s.io", "v1", "roles", "Role"),
        ],
        parts: &["rules", "aggregationRule"],
    },
    Family { name: "services", kinds: &[served("", "v1", "services", "Service")], parts: &["spec"] },
    Family {
        name: "snippets",
        kinds: &[
            served("", "v1", "configmaps", "ConfigMap"),
            served("networking.k8s.io", "v1", "ingresses", "Ingress"),
        ],
        parts: &["spec", "data"],
    },
    Family {
        name: "webhooks",
        kinds: &[
            served(
                "admissionregistration.k8s.io",
                "v1",
                "mutatingwebhookconfigurations",
                "MutatingWebhookConfiguration",
            ),
            served(
                "admissionregistration.k8s.io",
                "v1",
                "validatingwebhookconfigurations",
                "ValidatingWebhookConfiguration",
            ),
        ],
        parts: &["webhooks"],
    },
];

/// The family of this name.
pub(super) fn find(name: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|family| family.name == name)
}

impl Family {
    /// Whether one of its kinds has this name.
    pub(super) fn has(&self, kind: &str) -> bool {
        self.kinds.iter().any(|served| served.kind == kind)
    }

    /// Whether an update changes what is judged; true for what is new.
    pub(super) fn changed(&self) -> String {
        let mut text = "request.operation != \"UPDATE\"".to_owned();
        for part in self.parts {
            text.push_str(&format!("\n|| object.?{part} != oldObject.?{part}"));
        }
        for part in ["labels", "annotations"] {
            text.push_str(&format!("\n|| object.metadata.?{part} != oldObject.metadata.?{part}"));
        }
        text
    }
}
