//! Containers do not start as root.

use seawall_schema::Value;

use super::fields::{containers, each_container, fill, get, is_privileged, is_windows};

const FLAG: [&str; 2] = ["securityContext", "runAsNonRoot"];
const USER: [&str; 2] = ["securityContext", "runAsUser"];

/// For the pod where every container can do with it, else for those that can. Root in a user namespace of the pod's own
/// (`hostUsers: false`) is nobody outside and is left alone.
pub(super) fn apply(spec: &mut Value<'_>) -> bool {
    let own_users = get(spec, &["hostUsers"]) == Some(&Value::Bool(false));
    if own_users || is_windows(spec) || get(spec, &FLAG).is_some() {
        return false;
    }
    let user = get(spec, &USER).cloned();
    let is_root = |container: &Value<'_>| {
        let user = get(container, &USER).or(user.as_ref());
        is_privileged(container) || user.and_then(Value::as_int) == Some(0)
    };
    let open: Vec<&Value<'_>> =
        containers(spec).filter(|container| get(container, &FLAG).is_none()).collect();
    if open.is_empty() {
        return false;
    }
    if !open.into_iter().any(is_root) {
        return fill(spec, &FLAG, Value::Bool(true));
    }
    each_container(spec, |container| !is_root(container) && fill(container, &FLAG, Value::Bool(true)))
}
