//! Reading fields that may not be there.

use serde_json::Value;

/// The text at this path of keys, empty when there is none.
pub(crate) fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    at(value, path).and_then(Value::as_str).unwrap_or("")
}

/// The value at this path of keys, unless it is null.
pub(crate) fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| value.get(key)).filter(|value| !value.is_null())
}

/// The items of the list at this path of keys.
pub(crate) fn list<'v>(value: &'v Value, path: &[&str]) -> &'v [Value] {
    at(value, path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The texts of the list at this path of keys.
pub(crate) fn texts<'v>(value: &'v Value, path: &[&str]) -> Vec<&'v str> {
    list(value, path).iter().filter_map(Value::as_str).collect()
}

/// The objects of a kind.
pub(crate) fn of_kind<'v>(objects: &'v [Value], kind: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    let kind = kind.to_owned();
    objects.iter().filter(move |object| text(object, &["kind"]) == kind)
}

/// The namespace of an object; one that says none is in `default`.
pub(crate) fn namespace(object: &Value) -> &str {
    match text(object, &["metadata", "namespace"]) {
        "" => "default",
        namespace => namespace,
    }
}

/// The name of an object.
pub(crate) fn name(object: &Value) -> &str {
    text(object, &["metadata", "name"])
}
