//! What a policy sees of an object: as the API server hands it on, and as it would if it filled nothing in.

use seawall_schema::{Admission, Schemas, admitted};
use seawall_yaml::Tree;

use super::value::{Value, text};

/// An object as policies see it; `None` when the API server refuses to read it.
pub(super) fn seen(tree: &Tree, schemas: &Schemas) -> Option<Tree> {
    let schema = schemas.of_object(tree.root()).unwrap();
    let admitted = admitted(tree, schema, Admission { creation: true, plugins: true });
    (!admitted.is_refused()).then_some(admitted.tree)
}

/// Kinds at cluster scope.
const CLUSTER: [&str; 5] = [
    "ClusterRole",
    "ClusterRoleBinding",
    "MutatingWebhookConfiguration",
    "Namespace",
    "ValidatingWebhookConfiguration",
];

/// As it was written, but for what has no place in the API: `null`, quantities that are numbers, no namespace.
pub(super) fn decoded(object: &Value) -> Value {
    let mut object = plain(object);
    let kind = object.get("kind").cloned();
    if !CLUSTER.iter().any(|cluster| kind == Some(text(*cluster)))
        && let Some(metadata) = object.get_mut("metadata")
    {
        metadata.or_set("namespace", text("default"));
    }
    object
}

fn plain(value: &Value) -> Value {
    match value {
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .filter(|(_, value)| *value != Value::Null)
                .map(|(key, value)| match (key.as_str(), value) {
                    (
                        "annotations" | "data" | "labels" | "matchLabels" | "nodeSelector",
                        Value::Map(texts),
                    ) => (key.clone(), with_texts(texts)),
                    ("limits" | "requests", Value::Map(amounts)) => (key.clone(), as_texts(amounts)),
                    _ => (key.clone(), plain(value)),
                })
                .collect(),
        ),
        Value::List(items) => Value::List(items.iter().map(plain).collect()),
        other => other.clone(),
    }
}

/// In a map of texts `null` is the empty one.
fn with_texts(texts: &[(String, Value)]) -> Value {
    let text = |value: &Value| if *value == Value::Null { text("") } else { value.clone() };
    Value::Map(texts.iter().map(|(key, value)| (key.clone(), text(value))).collect())
}

fn as_texts(amounts: &[(String, Value)]) -> Value {
    let amounts = amounts.iter().filter(|(_, value)| *value != Value::Null);
    Value::Map(
        amounts
            .map(|(key, value)| match value {
                Value::Int(number) => (key.clone(), text(number.to_string())),
                other => (key.clone(), plain(other)),
            })
            .collect(),
    )
}
