//! Trees as `serde_json` values, and equality as kubectl's output allows it.

use seawall_yaml::{Kind, Node};
use serde_json::{Map, Number, Value};

/// The value of a node.
pub(crate) fn value(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool => Value::Bool(node.as_bool().unwrap()),
        Kind::Int => node.as_i64().unwrap().into(),
        Kind::UInt => node.as_u64().unwrap().into(),
        Kind::Float => Value::Number(Number::from_f64(node.as_f64().unwrap()).expect("a finite number")),
        Kind::Str => node.as_str().expect("a string has a text").into(),
        Kind::Seq => node.items().map(value).collect(),
        Kind::Map => Value::Object(
            node.entries().map(|(key, node)| (key.to_owned(), value(node))).collect::<Map<_, _>>(),
        ),
    }
}

/// Equal, with numbers as 64-bit floats; `serde_json` may miss the last bit when it reads one.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            a == b || (a - b).abs() <= 2.0 * f64::EPSILON * a.abs()
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}
