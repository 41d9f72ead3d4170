//! Files, lines and columns of what paths rest on.

use seawall_paths::Objects;
use seawall_report::escape;
use serde_json::{Value, json};

/// ` (web.yaml:12:7)`; empty without a text.
pub(crate) fn words(objects: &Objects<'_>, object: &str, route: &str) -> String {
    objects.at(object, route).map_or(String::new(), |at| format!(" ({})", escape(&at.to_string())))
}

/// Adds `file`, `line` and `column` to everything in an answer that names an object and a route in it.
pub(crate) fn locate(value: &mut Value, objects: &Objects<'_>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| locate(item, objects)),
        Value::Object(fields) => {
            let text = |key: &str| fields.get(key).and_then(Value::as_str);
            let at = text("object").zip(text("route")).and_then(|(object, route)| objects.at(object, route));
            if let Some(at) = at {
                fields.insert("file".to_owned(), json!(&*at.file));
                fields.insert("line".to_owned(), json!(at.position.line));
                fields.insert("column".to_owned(), json!(at.position.column));
            }
            fields.values_mut().for_each(|field| locate(field, objects));
        }
        _ => {}
    }
}
