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

/// How many pods one custom resource may embed, the first ones in the order written; real ones embed some tens.
pub(crate) const MAX_PODS: usize = 10_000;

/// The pods of an object, and whether there are more than were kept.
pub(crate) fn find_pods(object: Node<'_>, kind: GroupKind<'_>) -> (Box<[PodPlace]>, bool) {
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
        _ => return (Box::default(), false),
    };
    (object.path(template).and_then(pod_at).into_iter().collect(), false)
}

fn pod_at(template: Node<'_>) -> Option<PodPlace> {
    let spec = template.get("spec").filter(|spec| spec.is_map())?;
    Some(PodPlace { spec: spec.id(), metadata: template.get("metadata").map(|metadata| metadata.id()) })
}

/// Built-in kinds hold no pods but those listed above; a schema (CRD) only describes them.
fn may_embed_pods(kind: GroupKind<'_>) -> bool {
    kind.group.contains('.') && !kind.group.ends_with(".k8s.io") || kind.group.ends_with(".x-k8s.io")
}

/// Finds every map that looks like a pod spec, outside `status`, in the order written. The search goes on beside the
/// containers of what it found: a list of images at the top of an object hides no pod further down.
fn by_shape(object: Node<'_>) -> (Box<[PodPlace]>, bool) {
    let mut found = Vec::new();
    let mut cut = false;
    let mut stack: Vec<(Node<'_>, Option<Node<'_>>)> = vec![(object, None)];
    while let Some((node, parent)) = stack.pop() {
        let is_pod = looks_like_pod_spec(node);
        if is_pod {
            let metadata =
                parent.filter(|_| node.key() == Some("spec")).and_then(|parent| parent.get("metadata"));
            if found.len() == MAX_PODS {
                cut = true;
                break;
            }
            found.push(PodPlace { spec: node.id(), metadata: metadata.map(Node::id) });
        }
        let skipped = |key: &str| parent.is_none() && key == "status" || is_pod && key == "containers";
        let entries = node.entries().filter(|(key, _)| !skipped(key)).map(|(_, child)| child);
        let first = stack.len();
        let children = entries.chain(node.items()).filter(|child| child.is_map() || child.is_seq());
        stack.extend(children.map(|child| (child, Some(node))));
        if let Some(pushed) = stack.get_mut(first..) {
            pushed.reverse();
        }
    }
    found.sort_by_key(|place| place.spec);
    (found.into_boxed_slice(), cut)
}

/// `containers` is a list of which one item names an image: what else stands in it may be refused by an API server, but
/// hides nothing.
fn looks_like_pod_spec(node: Node<'_>) -> bool {
    node.get("containers")
        .is_some_and(|list| list.is_seq() && list.items().any(|item| item.str("image").is_some()))
}
