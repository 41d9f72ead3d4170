//! Where a field of a security context that is in effect is written.

use seawall_inventory::{ContainerView, Place, PodView};
use seawall_yaml::Node;

/// Where the value comes from that a container runs with.
pub(crate) enum Source<'r> {
    /// The container says it.
    Container(ContainerView<'r>, Node<'r>),
    /// The pod says it, and at least one container inherits it.
    Pod(PodView<'r>, Node<'r>),
    /// Nobody says it for this container.
    Unset(ContainerView<'r>),
}

/// The sources of a field below `securityContext`: the pod's once, if any container inherits it, then those of the
/// containers. A value on the pod that every container overrides is in effect nowhere, so it is no source.
pub(crate) fn sources<'r>(pod: &PodView<'r>, keys: &[&str]) -> Vec<Source<'r>> {
    let on_pod = pod.security_context().and_then(|context| context.path(keys)).filter(|node| !node.is_null());
    let mut inherited = false;
    let mut sources = Vec::new();
    for container in pod.containers() {
        let own = container.security_context().and_then(|context| context.path(keys));
        match (own.filter(|node| !node.is_null()), on_pod) {
            (Some(node), _) => sources.push(Source::Container(container, node)),
            (None, Some(_)) => inherited = true,
            (None, None) => sources.push(Source::Unset(container)),
        }
    }
    let shared = on_pod.filter(|_| inherited).map(|node| Source::Pod(*pod, node));
    shared.into_iter().chain(sources).collect()
}

impl<'r> Source<'r> {
    /// The value.
    pub(crate) fn node(&self) -> Option<Node<'r>> {
        match self {
            Source::Container(_, node) | Source::Pod(_, node) => Some(*node),
            Source::Unset(_) => None,
        }
    }

    /// How messages name it: "pod", "container `web`".
    pub(crate) fn label(&self) -> String {
        match self {
            Source::Pod(..) => "pod".to_owned(),
            Source::Container(container, _) | Source::Unset(container) => container.label(),
        }
    }

    /// The field, where it is written or where the container may write it.
    pub(crate) fn place(&self, keys: &[&str]) -> Place {
        let context = match self {
            Source::Pod(pod, _) => pod.place(&["securityContext"]),
            Source::Container(container, _) | Source::Unset(container) => {
                container.place(&["securityContext"])
            }
        };
        context.keys(keys)
    }
}
