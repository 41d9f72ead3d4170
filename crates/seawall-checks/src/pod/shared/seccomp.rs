//! The fix that gives a container a seccomp profile.

use seawall_core::{Fix, FixRisk, FixValue};
use seawall_inventory::ContainerView;

const PROFILE: [&str; 2] = ["securityContext", "seccompProfile"];

/// Sets the runtime's profile: once on the pod where no container has a profile of its own, else on the container, as its
/// neighbours do.
pub(crate) fn runtime_default(container: &ContainerView<'_>) -> Fix {
    let own = |container: ContainerView<'_>| container.node().path(&PROFILE).is_some();
    let place = match container.pod().containers().any(own) {
        true => container.place(&PROFILE),
        false => container.pod().place(&PROFILE),
    };
    Fix::set(FixRisk::Low, place.route, FixValue::Map(vec![("type".to_owned(), "RuntimeDefault".into())]))
}
