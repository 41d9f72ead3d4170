//! A container of a pod.

use seawall_yaml::Node;

use crate::view::{Place, PodView};

/// Which list a container stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContainerKind {
    /// `initContainers`
    Init,
    /// `containers`
    Main,
    /// `ephemeralContainers`
    Ephemeral,
}

impl ContainerKind {
    /// The key of the list in a pod spec.
    pub const fn key(self) -> &'static str {
        match self {
            ContainerKind::Init => "initContainers",
            ContainerKind::Main => "containers",
            ContainerKind::Ephemeral => "ephemeralContainers",
        }
    }

    /// The word for messages: `init container`, `container`, `ephemeral container`.
    pub const fn word(self) -> &'static str {
        match self {
            ContainerKind::Init => "init container",
            ContainerKind::Main => "container",
            ContainerKind::Ephemeral => "ephemeral container",
        }
    }
}

/// One environment variable.
#[derive(Clone, Copy)]
pub struct EnvVar<'r> {
    /// The item of `env`.
    pub node: Node<'r>,
    /// The name, empty when missing.
    pub name: &'r str,
    /// The literal value, when it is one.
    pub value: Option<&'r str>,
}

/// One volume mount.
#[derive(Clone, Copy)]
pub struct VolumeMount<'r> {
    /// The item of `volumeMounts`.
    pub node: Node<'r>,
    /// The name of the volume.
    pub volume: &'r str,
    /// `readOnly` is true.
    pub read_only: bool,
}

/// A container, with the pod that it runs in.
#[derive(Clone, Copy)]
pub struct ContainerView<'r> {
    pod: PodView<'r>,
    kind: ContainerKind,
    node: Node<'r>,
}

impl<'r> ContainerView<'r> {
    pub(crate) fn new(pod: PodView<'r>, kind: ContainerKind, node: Node<'r>) -> Self {
        ContainerView { pod, kind, node }
    }

    /// The pod.
    pub fn pod(&self) -> &PodView<'r> {
        &self.pod
    }

    /// Which list it stands in.
    pub fn kind(&self) -> ContainerKind {
        self.kind
    }

    /// The container as it stands.
    pub fn node(&self) -> Node<'r> {
        self.node
    }

    /// The name, empty when missing (Knative allows that).
    pub fn name(&self) -> &'r str {
        self.node.str("name").unwrap_or("")
    }

    /// How messages name it: "container `web`", "init container `setup`".
    pub fn label(&self) -> String {
        format!("{} `{}`", self.kind.word(), self.name())
    }

    /// The image reference.
    pub fn image(&self) -> Option<&'r str> {
        self.node.str("image")
    }

    /// The container's own security context.
    pub fn security_context(&self) -> Option<Node<'r>> {
        self.node.get("securityContext")
    }

    /// A field of the security context in effect: the container's when it is set, else the pod's.
    pub fn effective(&self, keys: &[&str]) -> Option<Node<'r>> {
        let own = self.security_context().and_then(|context| context.path(keys));
        own.or_else(|| self.pod.security_context().and_then(|context| context.path(keys)))
    }

    /// A field of the container, for findings.
    pub fn place(&self, keys: &[&str]) -> Place {
        self.pod.place_of(self.node).keys(keys)
    }

    /// Any existing node of the object, for findings.
    pub fn place_of(&self, node: Node<'_>) -> Place {
        self.pod.place_of(node)
    }

    /// The names in `capabilities.add` or `capabilities.drop` as written.
    pub fn capabilities(&self, list: &str) -> impl Iterator<Item = (Node<'r>, &'r str)> + use<'r> {
        let capabilities = self.security_context().and_then(|context| context.get("capabilities"));
        let items = capabilities.and_then(|node| node.get(list)).into_iter().flat_map(Node::items);
        items.filter_map(|node| Some((node, node.as_str()?)))
    }

    /// The environment variables.
    pub fn env(&self) -> impl Iterator<Item = EnvVar<'r>> + use<'r> {
        self.node.list("env").filter(|node| node.is_map()).map(|node| EnvVar {
            node,
            name: node.str("name").unwrap_or(""),
            value: node.str("value"),
        })
    }

    /// The volume mounts.
    pub fn volume_mounts(&self) -> impl Iterator<Item = VolumeMount<'r>> + use<'r> {
        self.node.list("volumeMounts").filter(|node| node.is_map()).map(|node| VolumeMount {
            node,
            volume: node.str("name").unwrap_or(""),
            read_only: node.bool("readOnly") == Some(true),
        })
    }
}
