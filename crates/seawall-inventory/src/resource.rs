//! One Kubernetes object.

use std::sync::Arc;

use seawall_core::{Origin, Position, ResourceId, Route, Subject};
use seawall_yaml::{Node, NodeId, Tree};

use crate::pods::{MAX_PODS, PodPlace, find_pods};
use crate::view::PodView;
use crate::{GroupKind, Labels};

/// One Kubernetes object: its identity, its tree and where it came from.
#[derive(Clone, Debug)]
pub struct Resource {
    id: ResourceId,
    subject: Subject,
    tree: Arc<Tree>,
    root: NodeId,
    origin: Origin,
    pods: Box<[PodPlace]>,
    pods_cut: bool,
}

/// Why a document is no Kubernetes object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAResource {
    /// Neither `apiVersion` nor `kind`, or an audit event: nothing that is applied to a cluster.
    Foreign,
    /// It says `apiVersion` and `kind`, but one is not a text or is empty.
    BadIdentity,
}

impl Resource {
    /// Reads the identity of the object at `root`. `implied` is the version and kind that a typed list (`PodList`)
    /// implies for items that do not say theirs.
    ///
    /// # Errors
    /// When the node is no Kubernetes object.
    pub fn new(
        tree: Arc<Tree>,
        root: NodeId,
        origin: Origin,
        implied: Option<(&str, &str)>,
    ) -> Result<Self, NotAResource> {
        let node = tree.node(root);
        let (version, kind) = match (node.get("apiVersion"), node.get("kind"), implied) {
            (Some(version), Some(kind), _) => (
                version.as_str().ok_or(NotAResource::BadIdentity)?,
                kind.as_str().ok_or(NotAResource::BadIdentity)?,
            ),
            (None, None, Some(implied)) if node.is_map() => implied,
            _ => return Err(NotAResource::Foreign),
        };
        if version.is_empty() || kind.is_empty() {
            return Err(NotAResource::BadIdentity);
        }
        if version.starts_with("audit.k8s.io/") && kind == "Event" {
            return Err(NotAResource::Foreign);
        }
        let metadata = node.get("metadata");
        let text = |key| metadata.and_then(|metadata| metadata.str(key)).filter(|text| !text.is_empty());
        let name = text("name").or_else(|| text("generateName")).unwrap_or("");
        let subject = Subject {
            api_version: version.into(),
            kind: kind.into(),
            namespace: text("namespace").map(Into::into),
            name: name.into(),
        };
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let (pods, pods_cut) = find_pods(node, GroupKind::new(group, kind));
        Ok(Resource { id: ResourceId(u32::MAX), subject, tree, root, origin, pods, pods_cut })
    }

    pub(crate) fn set_id(&mut self, id: ResourceId) {
        self.id = id;
    }

    pub(crate) fn subject_mut(&mut self) -> &mut Subject {
        &mut self.subject
    }

    /// Its number in the inventory.
    pub fn id(&self) -> ResourceId {
        self.id
    }

    /// Its identity.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The API group, empty for the core group.
    pub fn group(&self) -> &str {
        self.subject.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The kind.
    pub fn kind(&self) -> &str {
        &self.subject.kind
    }

    /// Group and kind.
    pub fn group_kind(&self) -> GroupKind<'_> {
        GroupKind::new(self.group(), self.kind())
    }

    /// The name, empty when there is none.
    pub fn name(&self) -> &str {
        &self.subject.name
    }

    /// The namespace, `None` when unset.
    pub fn namespace(&self) -> Option<&str> {
        self.subject.namespace.as_deref()
    }

    /// The object itself.
    pub fn root(&self) -> Node<'_> {
        self.tree.node(self.root)
    }

    /// The tree that the object stands in.
    pub fn tree(&self) -> &Arc<Tree> {
        &self.tree
    }

    /// Where it came from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Its `metadata`.
    pub fn metadata(&self) -> Option<Node<'_>> {
        self.root().get("metadata")
    }

    /// Its labels.
    pub fn labels(&self) -> Labels<'_> {
        Labels::of_metadata(self.metadata())
    }

    /// One of its annotations.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.metadata()?.get("annotations")?.str(key)
    }

    /// The route from the object to one of its nodes; the root route for a node elsewhere.
    pub fn route_of(&self, node: Node<'_>) -> Route {
        self.root().route_to(node).unwrap_or_default()
    }

    /// The pods that the object is or makes, in document order.
    pub fn pods(&self) -> impl Iterator<Item = PodView<'_>> {
        self.pods.iter().map(|place| PodView::new(self, *place))
    }

    /// How many pods of one object are kept; a custom resource can embed more.
    pub const MAX_PODS: usize = MAX_PODS;

    /// Whether it embeds more than [`Resource::MAX_PODS`] pods, of which the later ones are not here.
    pub fn is_missing_pods(&self) -> bool {
        self.pods_cut
    }

    /// Whether this node of the object is the spec of one of its pods.
    pub fn is_pod_spec(&self, node: Node<'_>) -> bool {
        match &*self.pods {
            [] => false,
            [one] => one.spec == node.id(),
            many => many.binary_search_by_key(&node.id(), |place| place.spec).is_ok(),
        }
    }

    /// Whether it is or makes pods.
    pub fn has_pods(&self) -> bool {
        !self.pods.is_empty()
    }

    /// The position of the nearest existing place of a route; `None` without a text.
    pub fn position(&self, route: &Route) -> Option<Position> {
        let (node, _) = self.root().nearest(route);
        let span = node.key_span().or_else(|| node.span())?;
        Some(self.tree.text()?.position(span.start))
    }

    /// Bytes that this resource holds beside the text, an estimate from below.
    pub fn heap_bytes(&self) -> usize {
        size_of::<Self>() + self.tree.heap_bytes() + self.subject.name.len() + size_of_val(&*self.pods)
    }
}
