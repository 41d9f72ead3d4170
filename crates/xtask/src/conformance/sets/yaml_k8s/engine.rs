//! Asks the reader.

use seawall_core::ProblemSeverity;
use seawall_yaml::{Kind, Limits, Node, Text};
use serde_json::{Map, Number, Value};

/// What was read.
pub(super) struct Said {
    /// The messages of the problems of severity error.
    pub(super) errors: Vec<String>,
    /// The `spec` of every document that is not empty; `null` without one.
    pub(super) specs: Vec<Value>,
}

/// Reads a text.
pub(super) fn read(text: &str) -> Said {
    let (documents, problems) = seawall_yaml::read(&Text::new(text), &Limits::default());
    let errors = problems.into_iter().filter(|problem| problem.severity == ProblemSeverity::Error);
    let roots = documents.iter().map(|document| document.tree.root()).filter(|root| !root.is_null());
    Said {
        errors: errors.map(|problem| problem.message).collect(),
        specs: roots.map(|root| root.entry("spec").map_or(Value::Null, value)).collect(),
    }
}

/// A node as JSON. A float that JSON cannot say becomes a text, which equals no number.
fn value(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool => Value::Bool(node.as_bool() == Some(true)),
        Kind::Str => Value::String(node.as_str().unwrap_or("").to_owned()),
        Kind::Map => {
            let entries = node.entries().map(|(key, node)| (key.to_owned(), value(node)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Kind::Seq => Value::Array(node.items().map(value).collect()),
        Kind::Int | Kind::UInt | Kind::Float => {
            let float = || node.as_f64().and_then(Number::from_f64);
            let whole = if node.kind() == Kind::Float {
                None
            } else {
                node.as_i64().map(Number::from).or_else(|| node.as_u64().map(Number::from))
            };
            whole.or_else(float).map_or_else(|| Value::String("not a JSON number".to_owned()), Value::Number)
        }
    }
}
