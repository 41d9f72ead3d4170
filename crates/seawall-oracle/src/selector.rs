//! Label selectors as the API documentation words them.

use serde_json::Value;

use crate::json::{list, text, texts};

/// Whether a selector matches these labels; a selector without requirements matches everything.
pub(crate) fn matches(selector: &Value, labels: Option<&Value>) -> bool {
    let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Value::as_str);
    let pairs = selector.get("matchLabels").and_then(Value::as_object);
    if pairs.is_some_and(|pairs| pairs.iter().any(|(key, value)| label(key) != value.as_str())) {
        return false;
    }
    list(selector, &["matchExpressions"]).iter().all(|expression| {
        let value = label(text(expression, &["key"]));
        let values = texts(expression, &["values"]);
        match text(expression, &["operator"]) {
            "In" => value.is_some_and(|value| values.contains(&value)),
            "NotIn" => value.is_none_or(|value| !values.contains(&value)),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            _ => false,
        }
    })
}
