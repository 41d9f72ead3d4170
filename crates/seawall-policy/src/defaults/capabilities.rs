//! The capabilities that a runtime gives to every container are taken away.

use seawall_schema::Value;

use super::fields::{added, each_container, fill, get, is_privileged, is_windows};

/// From every container.
pub(super) fn drop_all(spec: &mut Value<'_>) -> bool {
    let every = |_: &Value<'_>| true;
    drop_from(spec, every)
}

/// From containers that say that they do not run as root: their programs hold none to begin with.
pub(super) fn drop_unused(spec: &mut Value<'_>) -> bool {
    let of_pod = unprivileged(spec);
    drop_from(spec, |container| {
        let (flag, user) = unprivileged(container);
        // Each is the container's own when it is set.
        flag.or(of_pod.0) == Some(true) || user.or(of_pod.1) == Some(true)
    })
}

/// What a pod or a container says of root: that it is refused, and that its user is another one.
fn unprivileged(place: &Value<'_>) -> (Option<bool>, Option<bool>) {
    let field = |key| get(place, &["securityContext", key]);
    let flag = field("runAsNonRoot").map(|flag| *flag == Value::Bool(true));
    let user = field("runAsUser").map(|user| user.as_int().is_some_and(|user| user > 0));
    (flag, user)
}

/// Whoever adds capabilities has thought about them, and may count on those that everybody has.
fn drop_from(spec: &mut Value<'_>, wanted: impl Fn(&Value<'_>) -> bool) -> bool {
    if is_windows(spec) {
        return false;
    }
    each_container(spec, |container| {
        if is_privileged(container) || added(container).next().is_some() || !wanted(container) {
            return false;
        }
        // An empty list is none: the API server does not keep it.
        let capabilities = container.path_mut(&["securityContext", "capabilities"]);
        if let Some(capabilities) = capabilities
            && matches!(capabilities.get("drop"), Some(Value::List(names)) if names.is_empty())
        {
            capabilities.remove("drop");
        }
        let all = Value::List(vec![Value::str("ALL")]);
        fill(container, &["securityContext", "capabilities", "drop"], all)
    })
}
