//! Where pods hide in objects: by kind where Kubernetes or a well-known project defines it, by shape elsewhere.

use seawall_yaml::{Node, NodeId};

use crate::GroupKind;

/// The built-in kinds that are or make pods.
pub const POD_KINDS: &[GroupKind<'static>] = &[
    GroupKind::new("", "Pod"),
    GroupKind::new("", "PodTemplate"),
    GroupKind::new("", "ReplicationController"),
    GroupKind::new("apps", "DaemonSet"),
    GroupKind::new("apps", "Deployment"),
    GroupKind::new("apps", "ReplicaSet"),
    GroupKind::new("apps", "StatefulSet"),
    GroupKind::new("batch", "CronJob"),
    GroupKind::new("batch", "Job"),
];

/// A pod in an object: its spec and, where there is one, its metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PodPlace {
    /// The node of the pod spec.
    pub spec: NodeId,
    /// The node of the pod's metadata.
    pub metadata: Option<NodeId>,
}

/// How deep a custom resource is searched; real ones stay below 12.
const SHAPE_DEPTH: usize = 24;
/// How many pods one custom resource may embed before the rest is left alone.
const MAX_PODS: usize = 256;

/// The pods of an object.
pub(crate) fn find_pods(object: Node<'_>, kind: GroupKind<'_>) -> Box<[PodPlace]> {
    let template: &[&str] = match (kind.group, kind.kind) {
        ("", "Pod") => &[],
        ("", "PodTemplate") => &["template"],
        ("", "ReplicationController")
        | ("apps" | "extensions", "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet")
        | ("batch", "Job")
        | ("argoproj.io", "Rollout")
        | ("apps.openshift.io", "DeploymentConfig")
        | ("serving.knative.dev", "Service" | "Configuration") => &["spec", "template"],
        ("batch", "CronJob") => &["spec", "jobTemplate", "spec", "template"],
        ("serving.knative.dev", "Revision") => &[],
        _ if may_embed_pods(kind) => return by_shape(object),
        _ => return Box::default(),
    };
    object.path(template).and_then(pod_at).into_iter().collect()
}

fn pod_at(template: Node<'_>) -> Option<PodPlace> {
    let spec = template.get("spec").filter(|spec| spec.is_map())?;
    Some(PodPlace { spec: spec.id(), metadata: template.get("metadata").map(|metadata| metadata.id()) })
}

/// Built-in kinds hold no pods but those listed above; a schema (CRD) only describes them.
fn may_embed_pods(kind: GroupKind<'_>) -> bool {
    kind.group.contains('.') && !kind.group.ends_with(".k8s.io") || kind.group.ends_with(".x-k8s.io")
}

/// Finds every map that looks like a pod spec, outside `status`.
fn by_shape(object: Node<'_>) -> Box<[PodPlace]> {
    let mut found = Vec::new();
    let mut stack: Vec<(Node<'_>, Option<Node<'_>>, usize)> = vec![(object, None, 0)];
    while let Some((node, parent, depth)) = stack.pop() {
        if found.len() >= MAX_PODS {
            break;
        }
        if looks_like_pod_spec(node) {
            let metadata =
                parent.filter(|_| node.key() == Some("spec")).and_then(|parent| parent.get("metadata"));
            found.push(PodPlace { spec: node.id(), metadata: metadata.map(Node::id) });
        } else if depth < SHAPE_DEPTH {
            let entries =
                node.entries().filter(|(key, _)| depth > 0 || *key != "status").map(|(_, child)| child);
            stack.extend(
                entries
                    .chain(node.items())
                    .filter(|n| n.is_map() || n.is_seq())
                    .map(|n| (n, Some(node), depth + 1)),
            );
        }
    }
    found.sort_by_key(|place| place.spec);
    found.into_boxed_slice()
}

/// `containers` is a list of maps of which one names an image, and all look like containers.
fn looks_like_pod_spec(node: Node<'_>) -> bool {
    let Some(containers) = node.get("containers").filter(|list| list.is_seq() && !list.is_empty()) else {
        return false;
    };
    containers
        .items()
        .all(|item| item.is_map() && (item.str("image").is_some() || item.str("name").is_some()))
        && containers.items().any(|item| item.str("image").is_some())
}
