//! What is never judged, so that admission cannot stop a cluster from healing itself.
//!
//! Every exemption is a row with an id and a reason: `seawall admit exemptions` lists them, an answer names the one that
//! applied, and metrics count them. What only a cluster administrator can do may be judged all the same when its row is
//! lifted; rows that keep nodes and control planes alive cannot be.

use seawall_policy::admission::Request;

/// What a row exempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exempts {
    /// Resources of a group by plural name; with a subresource only that part, `*` for any part and the whole.
    Resource(&'static str, &'static str, &'static str),
    /// A subresource of whatever resource.
    Subresource(&'static str),
    /// Everything in a namespace, and the namespace itself.
    Namespace(&'static str),
    /// What a group of users asks for.
    Group(&'static str),
    /// Everything in the namespace of this server.
    OwnNamespace,
}

/// One row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// The id, in answers and metrics.
    pub id: &'static str,
    /// What it exempts.
    pub exempts: Exempts,
    /// Why a cluster needs it.
    pub why: &'static str,
    /// Whether `lift` may take it away.
    pub liftable: bool,
}

const fn row(id: &'static str, exempts: Exempts, why: &'static str) -> Exemption {
    Exemption { id, exempts, why, liftable: false }
}

const fn cni(id: &'static str, namespace: &'static str) -> Exemption {
    let why = "holds the pod network: without it no pod starts, and nothing that could repair admission";
    Exemption { id, exempts: Exempts::Namespace(namespace), why, liftable: true }
}

const LEADERS: &str = "leaders are elected and nodes stay alive by it";
const QUESTIONS: &str = "every authentication and authorization by webhook asks it";
const NODES: &str = "nodes report what runs on them; nothing is asked for that could be refused";
const WIRING: &str = "controllers keep services reachable by it";

/// The built-in rows.
pub const BUILT_IN: &[Exemption] = &[
    row("leases", Exempts::Resource("coordination.k8s.io", "leases", "*"), LEADERS),
    row("lease-candidates", Exempts::Resource("coordination.k8s.io", "leasecandidates", "*"), LEADERS),
    row("events", Exempts::Resource("", "events", "*"), "what happens is only written down"),
    row(
        "events-k8s-io",
        Exempts::Resource("events.k8s.io", "events", "*"),
        "what happens is only written down",
    ),
    row("token-reviews", Exempts::Resource("authentication.k8s.io", "tokenreviews", "*"), QUESTIONS),
    row(
        "self-subject-reviews",
        Exempts::Resource("authentication.k8s.io", "selfsubjectreviews", "*"),
        QUESTIONS,
    ),
    row(
        "subject-access-reviews",
        Exempts::Resource("authorization.k8s.io", "subjectaccessreviews", "*"),
        QUESTIONS,
    ),
    row(
        "self-access-reviews",
        Exempts::Resource("authorization.k8s.io", "selfsubjectaccessreviews", "*"),
        QUESTIONS,
    ),
    row(
        "local-access-reviews",
        Exempts::Resource("authorization.k8s.io", "localsubjectaccessreviews", "*"),
        QUESTIONS,
    ),
    row(
        "self-rules-reviews",
        Exempts::Resource("authorization.k8s.io", "selfsubjectrulesreviews", "*"),
        QUESTIONS,
    ),
    row("token-requests", Exempts::Resource("", "serviceaccounts", "token"), "pods get their tokens by it"),
    row("nodes", Exempts::Resource("", "nodes", "*"), NODES),
    row("csi-nodes", Exempts::Resource("storage.k8s.io", "csinodes", "*"), NODES),
    row("storage-capacities", Exempts::Resource("storage.k8s.io", "csistoragecapacities", "*"), NODES),
    row("volume-attachments", Exempts::Resource("storage.k8s.io", "volumeattachments", "*"), NODES),
    row("status", Exempts::Subresource("status"), "says what is, never what is wanted"),
    row(
        "bindings",
        Exempts::Resource("", "bindings", "*"),
        "the scheduler places pods that were judged before",
    ),
    row(
        "pod-bindings",
        Exempts::Resource("", "pods", "binding"),
        "the scheduler places pods that were judged before",
    ),
    row("evictions", Exempts::Resource("", "pods", "eviction"), "nodes are drained by it"),
    row("endpoints", Exempts::Resource("", "endpoints", "*"), WIRING),
    row("endpoint-slices", Exempts::Resource("discovery.k8s.io", "endpointslices", "*"), WIRING),
    row(
        "certificate-requests",
        Exempts::Resource("certificates.k8s.io", "certificatesigningrequests", "*"),
        "nodes join by it",
    ),
    row(
        "api-services",
        Exempts::Resource("apiregistration.k8s.io", "apiservices", "*"),
        "the API itself is put together by it",
    ),
    row(
        "flow-control",
        Exempts::Resource("flowcontrol.apiserver.k8s.io", "flowschemas", "*"),
        "the API server keeps itself from being flooded",
    ),
    row(
        "priority-levels",
        Exempts::Resource("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations", "*"),
        "the API server keeps itself from being flooded",
    ),
    row(
        "admission-registration",
        Exempts::Resource("admissionregistration.k8s.io", "*", "*"),
        "whoever must switch admission off can do so",
    ),
    row(
        "nodes-own-pods",
        Exempts::Group("system:nodes"),
        "the pods of a node's own files: they run already, and the Node authorizer and NodeRestriction bound what a node may ask for",
    ),
    Exemption {
        id: "namespace-kube-system",
        exempts: Exempts::Namespace("kube-system"),
        why: "holds the control plane, DNS and the proxies: without them there is no cluster to protect",
        liftable: true,
    },
    row("namespace-kube-node-lease", Exempts::Namespace("kube-node-lease"), LEADERS),
    row(
        "namespace-kube-public",
        Exempts::Namespace("kube-public"),
        "clients and nodes find the cluster by it",
    ),
    row("own-namespace", Exempts::OwnNamespace, "admission must be able to start again after it is down"),
    cni("cni-calico", "calico-system"),
    cni("cni-calico-apiserver", "calico-apiserver"),
    cni("cni-tigera", "tigera-operator"),
    cni("cni-flannel", "kube-flannel"),
    cni("cni-cilium", "cilium"),
    cni("cni-openshift-multus", "openshift-multus"),
    cni("cni-openshift-ovn", "openshift-ovn-kubernetes"),
    cni("cni-openshift-network", "openshift-network-operator"),
];

/// The exemptions of a server.
#[derive(Clone, Debug, Default)]
pub struct Exemptions {
    /// The namespace that this server runs in.
    pub own_namespace: String,
    /// Ids of built-in rows that do not count.
    pub lifted: Vec<String>,
    /// More namespaces.
    pub namespaces: Vec<String>,
    /// More users.
    pub users: Vec<String>,
}

/// What answers call the rows of the configuration.
const CONFIGURED_NAMESPACE: &str = "configured-namespace";
/// As above.
const CONFIGURED_USER: &str = "configured-user";

impl Exemptions {
    /// The exemption that covers a request: its id.
    pub fn of(&self, request: &Request<'_>) -> Option<&'static str> {
        let built_in =
            BUILT_IN.iter().filter(|row| !self.is_lifted(row)).find(|row| self.covers(row, request));
        if let Some(row) = built_in {
            return Some(row.id);
        }
        if !request.namespace.is_empty() && self.namespaces.iter().any(|name| name == request.namespace) {
            return Some(CONFIGURED_NAMESPACE);
        }
        let user = request.user.name;
        (!user.is_empty() && self.users.iter().any(|name| name == user)).then_some(CONFIGURED_USER)
    }

    /// Whether a row does not count here.
    pub fn is_lifted(&self, row: &Exemption) -> bool {
        row.liftable && self.lifted.iter().any(|id| id == row.id)
    }

    fn covers(&self, row: &Exemption, request: &Request<'_>) -> bool {
        let (group, _, resource) = request.resource;
        match row.exempts {
            Exempts::Resource(of, name, part) => {
                group == of
                    && (name == "*" || resource == name)
                    && (part == "*" || request.subresource == part)
            }
            Exempts::Subresource(part) => request.subresource == part,
            Exempts::Namespace(name) => request.namespace == name,
            Exempts::Group(name) => request.user.groups.contains(&name) && is_own_pod(request),
            Exempts::OwnNamespace => {
                !self.own_namespace.is_empty() && request.namespace == self.own_namespace
            }
        }
    }
}

/// Whether a node asks for a pod from its own files: such a pod says so itself (`kubernetes.io/config.mirror`), and
/// NodeRestriction lets a node create no other.
fn is_own_pod(request: &Request<'_>) -> bool {
    let is_pod =
        request.resource.0.is_empty() && request.resource.2 == "pods" && request.subresource.is_empty();
    let object = request.object.or(request.old_object);
    let metadata = object.and_then(|object| object.path(&["metadata", "annotations"]));
    is_pod && metadata.is_some_and(|annotations| annotations.get("kubernetes.io/config.mirror").is_some())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::review::{Review, ReviewLimits};

    fn exempt(
        exemptions: &Exemptions,
        resource: &str,
        namespace: &str,
        user: &str,
        object: &str,
    ) -> Option<&'static str> {
        let (group, rest) = resource.split_once(':').unwrap_or(("", resource));
        let (resource, part) = rest.split_once('/').unwrap_or((rest, ""));
        let body = format!(
            r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{{"uid":"u","kind":{{"group":"{group}","version":"v1","kind":"X"}},"resource":{{"group":"{group}","version":"v1","resource":"{resource}"}},"subResource":"{part}","namespace":"{namespace}","operation":"CREATE","userInfo":{{"username":"{user}","groups":["{}"]}},"object":{object}}}}}"#,
            if user.starts_with("system:node:") { "system:nodes" } else { "devs" }
        );
        let review = Review::read(body.as_bytes(), &ReviewLimits::default()).unwrap();
        exemptions.of(&review.request())
    }

    #[test]
    fn what_keeps_a_cluster_alive_is_never_judged() {
        let own = Exemptions { own_namespace: "seawall".into(), ..Exemptions::default() };
        for (resource, namespace, user, object, id) in [
            ("coordination.k8s.io:leases", "kube-node-lease", "system:node:a", "{}", Some("leases")),
            ("pods/binding", "shop", "system:kube-scheduler", "{}", Some("pod-bindings")),
            ("apps:deployments/status", "shop", "x", "{}", Some("status")),
            ("apps:deployments", "seawall", "x", "{}", Some("own-namespace")),
            ("apps:daemonsets", "kube-flannel", "x", "{}", Some("cni-flannel")),
            (
                "admissionregistration.k8s.io:validatingwebhookconfigurations",
                "",
                "x",
                "{}",
                Some("admission-registration"),
            ),
            (
                "pods",
                "shop",
                "system:node:a",
                r#"{"metadata":{"annotations":{"kubernetes.io/config.mirror":"x"}}}"#,
                Some("nodes-own-pods"),
            ),
            ("pods", "shop", "system:node:a", "{}", None),
            (
                "pods",
                "shop",
                "alice",
                r#"{"metadata":{"annotations":{"kubernetes.io/config.mirror":"x"}}}"#,
                None,
            ),
            ("pods/exec", "shop", "alice", "{}", None),
            ("pods/ephemeralcontainers", "shop", "alice", "{}", None),
            ("apps:deployments", "", "x", "{}", None),
        ] {
            assert_eq!(exempt(&own, resource, namespace, user, object), id, "{resource} {namespace}");
        }
    }

    #[test]
    fn only_rows_that_may_be_are_lifted() {
        let lifted = Exemptions {
            lifted: vec!["namespace-kube-system".into(), "leases".into()],
            namespaces: vec!["legacy".into()],
            users: vec!["robot".into()],
            ..Exemptions::default()
        };
        assert_eq!(exempt(&lifted, "pods", "kube-system", "x", "{}"), None);
        assert_eq!(exempt(&lifted, "coordination.k8s.io:leases", "kube-system", "x", "{}"), Some("leases"));
        assert_eq!(exempt(&lifted, "pods", "legacy", "x", "{}"), Some(CONFIGURED_NAMESPACE));
        assert_eq!(exempt(&lifted, "pods", "shop", "robot", "{}"), Some(CONFIGURED_USER));
        let none = Exemptions::default();
        assert_eq!(exempt(&none, "pods", "", "", "{}"), None, "an unset name exempts nothing");
    }

    #[test]
    fn ids_are_told_apart_and_are_keys_of_annotations() {
        let ids: BTreeSet<&str> = BUILT_IN.iter().map(|row| row.id).collect();
        assert_eq!(ids.len(), BUILT_IN.len());
        assert!(
            BUILT_IN
                .iter()
                .all(|row| row.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'))
        );
    }
}
