//! AppArmor as pods ask for it: by a field, and by the annotation that it replaced.

use seawall_inventory::{ContainerView, PodView};

/// Followed by the name of the container; deprecated since Kubernetes 1.30 and still in effect.
pub(crate) const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

/// Whether a profile is set for a container that is one: `RuntimeDefault` or `Localhost`, or their annotations. The field
/// wins over the annotation.
pub(crate) fn has_profile(container: &ContainerView<'_>) -> bool {
    if let Some(kind) = container.effective(&["appArmorProfile", "type"]) {
        return matches!(kind.as_str(), Some("RuntimeDefault" | "Localhost"));
    }
    annotation(container.pod(), container.name())
        .is_some_and(|profile| profile == "runtime/default" || profile.starts_with("localhost/"))
}

/// Whether anything is said about AppArmor for a container, right or wrong.
pub(crate) fn is_set(container: &ContainerView<'_>) -> bool {
    container.effective(&["appArmorProfile", "type"]).is_some()
        || annotation(container.pod(), container.name()).is_some()
}

fn annotation<'r>(pod: &PodView<'r>, container: &str) -> Option<&'r str> {
    pod.annotation(&format!("{ANNOTATION}{container}"))
}
