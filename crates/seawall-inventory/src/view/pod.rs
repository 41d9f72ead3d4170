//! A pod or pod template.

use seawall_yaml::Node;

use crate::pods::PodPlace;
use crate::view::{ContainerKind, ContainerView, Place, VolumeView};
use crate::{Labels, Resource};

/// A pod or the pod template of a workload.
#[derive(Clone, Copy)]
pub struct PodView<'r> {
    resource: &'r Resource,
    spec: Node<'r>,
    metadata: Option<Node<'r>>,
}

impl<'r> PodView<'r> {
    pub(crate) fn new(resource: &'r Resource, place: PodPlace) -> Self {
        let tree = resource.tree();
        PodView { resource, spec: tree.node(place.spec), metadata: place.metadata.map(|id| tree.node(id)) }
    }

    /// The object that is or makes the pod.
    pub fn resource(&self) -> &'r Resource {
        self.resource
    }

    /// The pod spec as it stands.
    pub fn spec(&self) -> Node<'r> {
        self.spec
    }

    /// The pod's metadata (of the template, for workloads).
    pub fn metadata(&self) -> Option<Node<'r>> {
        self.metadata
    }

    /// The pod's labels.
    pub fn labels(&self) -> Labels<'r> {
        Labels::of_metadata(self.metadata)
    }

    /// One of the pod's annotations.
    pub fn annotation(&self, key: &str) -> Option<&'r str> {
        self.metadata?.get("annotations")?.str(key)
    }

    /// A field of the pod spec, for findings.
    pub fn place(&self, keys: &[&str]) -> Place {
        Place { resource: self.resource.id(), route: self.resource.route_of(self.spec).keys(keys) }
    }

    /// Any existing node of the object, for findings.
    pub fn place_of(&self, node: Node<'_>) -> Place {
        Place { resource: self.resource.id(), route: self.resource.route_of(node) }
    }

    /// Init containers, containers, ephemeral containers, in this order (that of Pod Security admission).
    pub fn containers(&self) -> impl Iterator<Item = ContainerView<'r>> + use<'r> {
        let pod = *self;
        [ContainerKind::Init, ContainerKind::Main, ContainerKind::Ephemeral].into_iter().flat_map(
            move |kind| {
                pod.spec
                    .list(kind.key())
                    .filter(|node| node.is_map())
                    .map(move |node| ContainerView::new(pod, kind, node))
            },
        )
    }

    /// The volumes.
    pub fn volumes(&self) -> impl Iterator<Item = VolumeView<'r>> + use<'r> {
        let pod = *self;
        pod.spec.list("volumes").filter(|node| node.is_map()).map(move |node| VolumeView::new(pod, node))
    }

    /// The pod's security context.
    pub fn security_context(&self) -> Option<Node<'r>> {
        self.spec.get("securityContext")
    }

    /// Whether `spec.os.name` is `windows`.
    pub fn is_windows(&self) -> bool {
        self.spec.path(&["os", "name"]).and_then(Node::as_str) == Some("windows")
    }

    /// Whether the pod runs in a user namespace (`hostUsers: false`).
    pub fn in_user_namespace(&self) -> bool {
        self.spec.bool("hostUsers") == Some(false)
    }

    /// Whether a host namespace flag (`hostPID` …) is true.
    pub fn host_flag(&self, key: &str) -> bool {
        self.spec.bool(key) == Some(true)
    }

    /// The service account's name, `default` when unset; the deprecated field counts when the other is missing.
    pub fn service_account(&self) -> &'r str {
        let name = |key| self.spec.str(key).filter(|name| !name.is_empty());
        name("serviceAccountName").or_else(|| name("serviceAccount")).unwrap_or("default")
    }
}
