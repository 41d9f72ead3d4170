//! System calls that no ordinary program makes are refused.

use seawall_schema::Value;

use super::fields::{containers, fill, get, is_windows};

const FIELD: [&str; 2] = ["securityContext", "seccompProfile"];

/// For the pod, where a container takes the pod's profile.
pub(super) fn apply(spec: &mut Value<'_>) -> bool {
    let inherited = containers(spec).any(|container| get(container, &FIELD).is_none());
    if !inherited || is_windows(spec) {
        return false;
    }
    let mut profile = Value::map();
    profile.set("type", Value::str("RuntimeDefault"));
    fill(spec, &FIELD, profile)
}
