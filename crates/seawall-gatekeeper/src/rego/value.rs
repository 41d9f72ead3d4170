//! Trees as values of Rego.

use std::collections::BTreeMap;

use regorus::{Rc, Value};
use seawall_yaml::{Kind, Node};

/// A node as Rego sees it. Readers bound how deep nodes nest.
pub(crate) fn of(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool => Value::Bool(node.as_bool() == Some(true)),
        Kind::Int => node.as_i64().map_or(Value::Null, Value::from),
        Kind::UInt => node.as_u64().map_or(Value::Null, Value::from),
        Kind::Float => node.as_f64().map_or(Value::Null, Value::from),
        Kind::Str => text(node.as_str().unwrap_or_default()),
        Kind::Seq => Value::Array(Rc::new(node.items().map(of).collect())),
        Kind::Map => {
            Value::Object(Rc::new(node.entries().map(|(key, value)| (text(key), of(value))).collect()))
        }
    }
}

/// A text.
pub(crate) fn text(text: &str) -> Value {
    Value::String(text.into())
}

/// An object of these fields.
pub(crate) fn object<'k>(fields: impl IntoIterator<Item = (&'k str, Value)>) -> Value {
    let fields: BTreeMap<Value, Value> = fields.into_iter().map(|(key, value)| (text(key), value)).collect();
    Value::Object(Rc::new(fields))
}
