//! Fields of security contexts that both pods and containers have.

use seawall_inventory::{ContainerView, Place, PodView};
use seawall_yaml::Node;

/// A place where a field of the security context is written.
#[derive(Clone, Copy)]
pub(crate) struct Setter<'r> {
    pod: PodView<'r>,
    container: Option<ContainerView<'r>>,
    keys: &'static [&'static str],
    /// The value written.
    pub(crate) node: Node<'r>,
}

/// Where a field below `securityContext` is written: on the pod, then on its containers, in the order of Pod Security
/// admission. A value on the pod counts even if every container overrides it, as it does there: a container that is
/// added later (a debugger, an injected sidecar) inherits it.
pub(crate) fn setters<'r>(
    pod: &PodView<'r>,
    keys: &'static [&'static str],
) -> impl Iterator<Item = Setter<'r>> {
    let pod = *pod;
    let below = move |context: Option<Node<'r>>| context.and_then(|context| context.path(keys));
    let on_pod =
        below(pod.security_context()).map(|node| Setter { pod, container: None, keys, node }).into_iter();
    on_pod.chain(pod.containers().filter_map(move |container| {
        let node = below(container.security_context())?;
        Some(Setter { pod, container: Some(container), keys, node })
    }))
}

impl Setter<'_> {
    /// How messages name it: "pod", "container `web`".
    pub(crate) fn label(&self) -> String {
        self.container.map_or_else(|| "pod".to_owned(), |container| container.label())
    }

    /// The field.
    pub(crate) fn place(&self) -> Place {
        let context = match &self.container {
            Some(container) => container.place(&["securityContext"]),
            None => self.pod.place(&["securityContext"]),
        };
        context.keys(self.keys)
    }
}
