//! Fields of a pod spec as the API server reads them: `null` is unset.

use seawall_schema::Value;

/// The value below these keys, when somebody set it.
pub(super) fn get<'v, 't>(value: &'v Value<'t>, path: &[&str]) -> Option<&'v Value<'t>> {
    value.path(path).filter(|value| **value != Value::Null)
}

/// Gives an unset field a value, and makes the maps that it stands in. Whether it was done: what is set stays, and so does
/// anything of which a field is to be set and that is no map.
pub(super) fn fill<'t>(value: &mut Value<'t>, path: &[&'static str], new: Value<'t>) -> bool {
    let (Some((key, below)), Value::Map(_)) = (path.split_first(), &*value) else { return false };
    match value.get_mut(key) {
        Some(field) if *field != Value::Null => !below.is_empty() && fill(field, below, new),
        _ if below.is_empty() => {
            value.set(*key, new);
            true
        }
        _ => {
            let mut made = Value::map();
            let filled = fill(&mut made, below, new);
            value.set(*key, made);
            filled
        }
    }
}

/// The containers of a pod that a client can set when the pod is made: those that start, and those that run before.
const MADE: [&str; 2] = ["initContainers", "containers"];

/// All containers, those that were attached later too.
pub(super) fn containers<'v, 't>(spec: &'v Value<'t>) -> impl Iterator<Item = &'v Value<'t>> {
    let lists = MADE.into_iter().chain(["ephemeralContainers"]);
    lists.filter_map(|key| spec.get(key)).flat_map(Value::items).filter(|item| item.as_map().is_some())
}

/// Does something to every container that a client can set; whether anything was done.
pub(super) fn each_container<'t>(spec: &mut Value<'t>, mut act: impl FnMut(&mut Value<'t>) -> bool) -> bool {
    let mut done = false;
    for key in MADE {
        for container in spec.get_mut(key).map(Value::items_mut).unwrap_or_default() {
            done |= act(container);
        }
    }
    done
}

/// Whether the fields of Linux mean nothing to a pod: the API server refuses them when the pod says so itself.
pub(super) fn is_windows(spec: &Value<'_>) -> bool {
    let says = |path: &[&str]| get(spec, path).and_then(Value::as_str) == Some("windows");
    says(&["os", "name"]) || says(&["nodeSelector", "kubernetes.io/os"])
}

/// Whether a container runs privileged: nothing that is set beside that bounds it.
pub(super) fn is_privileged(container: &Value<'_>) -> bool {
    get(container, &["securityContext", "privileged"]) == Some(&Value::Bool(true))
}

/// The capabilities that a container adds, as it spells them.
pub(super) fn added<'v>(container: &'v Value<'_>) -> impl Iterator<Item = &'v str> {
    let added = get(container, &["securityContext", "capabilities", "add"]);
    added.into_iter().flat_map(Value::items).filter_map(Value::as_str)
}
