//! What stands in a resource, as its schema types it.
//!
//! Invariant: a value has the type that [`Declared`](super::Declared) gives its schema; what has another one is an error. What
//! the schema does not describe has no name, and only makes objects differ.
//!
//! Source: `apiserver/pkg/cel/common/valuesunstructured.go`.

use seawall_yaml::{Key, Kind, Node, decode_base64};

use super::escape::{escape, reserved_word};
use super::schema::{ListType, Schema};
use crate::cel::{Duration, Keys, Map, Timestamp, Value};

/// Why a value is not what its schema says; the text is the API server's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(String);

/// A value of a resource.
pub fn value<'v>(node: Node<'v>, schema: &Schema) -> Result<Value<'v>, Invalid> {
    let expected = |what: &str| Invalid(format!("invalid data, expected {what}, got {}", go_type(node)));
    if node.is_null() {
        return if schema.nullable {
            Ok(Value::Null)
        } else {
            Err(Invalid("invalid data, got null for schema with nullable=false".to_owned()))
        };
    }
    if schema.int_or_string {
        return match node.kind() {
            Kind::Str | Kind::Int => Ok(Value::from_node(node)),
            _ => Err(Invalid(
                "invalid data, expected XIntOrString value to be either a string or integer".to_owned(),
            )),
        };
    }
    match schema.kind.as_str() {
        "object" => object(node, schema),
        "array" => list(node, schema),
        "string" => text(node.as_str().ok_or_else(|| expected("string"))?, schema, node),
        "number" => match node.kind() {
            Kind::Int | Kind::UInt | Kind::Float => Ok(Value::Double(node.as_f64().unwrap_or_default())),
            _ => Err(expected("float")),
        },
        "integer" => match node.kind() {
            Kind::Int => Ok(Value::from_node(node)),
            _ => Err(expected("int")),
        },
        "boolean" => node.as_bool().map(Value::Bool).ok_or_else(|| expected("bool")),
        // Nothing can name what has no type.
        _ if schema.preserves_unknown => Ok(Value::Null),
        other => Err(Invalid(format!(
            "invalid type, expected object, array, number, integer, boolean or string, or no type with \
             x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true, got {other}"
        ))),
    }
}

/// The name of a decoded value's type in Go.
fn go_type(node: Node<'_>) -> &'static str {
    match node.kind() {
        Kind::Null => "<nil>",
        Kind::Bool => "bool",
        Kind::Int => "int64",
        Kind::UInt | Kind::Float => "float64",
        Kind::Str => "string",
        Kind::Map => "map[string]interface {}",
        Kind::Seq => "[]interface {}",
    }
}

fn text<'v>(text: &'v str, schema: &Schema, node: Node<'v>) -> Result<Value<'v>, Invalid> {
    let time = |found: Option<Timestamp>, what: &str| {
        found.map(Value::Timestamp).ok_or_else(|| Invalid(format!("Invalid {what} formatted string {text}")))
    };
    match schema.format.as_str() {
        "duration" => Duration::parse(text)
            .map(Value::Duration)
            .ok_or_else(|| Invalid(format!("Invalid duration {text}: unable to parse {text} as duration"))),
        "date" => {
            let whole = (text.len() == 10).then(|| Timestamp::parse(&format!("{text}T00:00:00Z")));
            time(whole.flatten(), "date")
        }
        // A time without a zone is one of UTC.
        "date-time" => {
            time(Timestamp::parse(text).or_else(|| Timestamp::parse(&format!("{text}Z"))), "date-time")
        }
        "byte" => decode_base64(text)
            .map(Value::bytes)
            .ok_or_else(|| Invalid(format!("Invalid byte formatted string {text}"))),
        _ => Ok(Value::from_node(node)),
    }
}

fn object<'v>(node: Node<'v>, schema: &Schema) -> Result<Value<'v>, Invalid> {
    if !node.is_map() {
        let text = "invalid data, expected a map for the provided schema with type=object";
        return Err(Invalid(text.to_owned()));
    }
    let mut map = Map::default();
    let mut add = |key: &str, value: Value<'v>| {
        // A key that occurs twice in the text was told by its reader; the first one stands.
        let _ = map.insert(Value::text(key), value);
    };
    let whole;
    let schema = if schema.embedded {
        whole = schema.with_metadata();
        &whole
    } else {
        schema
    };
    if let (None, Some(own)) = (&schema.properties, &schema.additional) {
        for (name, node) in node.entries() {
            add(name, value(node, own)?);
        }
        return Ok(Value::Map(map.into()));
    }
    for (name, node) in node.entries() {
        // Null is the same as nothing for a property.
        let known = schema.properties.as_ref().and_then(|properties| properties.get(name));
        let value = match known {
            Some(_) if node.is_null() => continue,
            Some(own) => value(node, own)?,
            None => Value::from_node(node),
        };
        match escape(name).filter(|_| known.is_some()) {
            Some(escaped) => {
                if let Some(word) = reserved_word(&escaped) {
                    add(word, value.clone());
                }
                add(&escaped, value);
            }
            // No expression can name it, and yet it makes a difference.
            None => add(&format!("\0{name}"), value),
        }
    }
    Ok(Value::Map(map.into()))
}

fn list<'v>(node: Node<'v>, schema: &Schema) -> Result<Value<'v>, Invalid> {
    if !node.is_seq() {
        let text = "invalid data, expected an array for the provided schema with type=array";
        return Err(Invalid(text.to_owned()));
    }
    let Some(of) = &schema.items else {
        return Err(Invalid("invalid array type, expected Items with a non-empty Schema".to_owned()));
    };
    let items = node.items().map(|item| value(item, of)).collect::<Result<Vec<_>, _>>()?;
    Ok(match schema.list_type {
        ListType::Atomic => Value::list(items),
        ListType::Set => Value::keyed(items, Keys::Item),
        ListType::Map => {
            let field =
                |key: &String| escape(key).map_or_else(|| Key::new(key), |escaped| Key::new(&escaped));
            let fields: Vec<Key> = schema.list_keys.iter().map(field).collect();
            Value::keyed(items, Keys::Fields(fields.into()))
        }
    })
}
