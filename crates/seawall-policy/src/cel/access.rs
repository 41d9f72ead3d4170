//! Fields, keys and places: one step into a value.
//!
//! Invariants: below a scalar or null there is no key; a list has no fields. What a record does not have set reads as null,
//! and as empty text where its type says so.

use seawall_yaml::Key;

use super::limits::Budget;
use super::value::Value;
use super::{ErrorKind, EvalError, map};

/// A field; `None` when it is not there.
pub(super) fn field<'v>(
    of: &Value<'v>,
    field: &Key,
    budget: &mut Budget,
) -> Result<Option<Value<'v>>, EvalError> {
    match of {
        Value::Node(node) if node.is_map() => {
            budget.take(map::looked_through(*node))?;
            Ok(node.entry_at(field).map(Value::from_node))
        }
        Value::Map(map) => Ok(map.get_str(field.as_str()).cloned()),
        Value::Node(_) | Value::List(_) | Value::Keyed(_) => {
            Err(EvalError::argument("unsupported index type 'string' in list"))
        }
        Value::Struct(made) => Ok(made.field(field.as_str()).cloned()),
        _ => Err(EvalError::key(field.as_str())),
    }
}

/// What an unset field of a record reads as; `None` where that is an error.
pub(super) fn unset<'v>(of: &Value<'v>, field: &str) -> Option<Value<'v>> {
    match of {
        Value::Struct(made) if made.name() == "JSONPatch" && field != "value" => Some(Value::text("")),
        Value::Struct(_) => Some(Value::Null),
        _ => None,
    }
}

/// An item or an entry; `None` when it is not there.
pub(super) fn place<'v>(
    of: &Value<'v>,
    index: &Value<'v>,
    budget: &mut Budget,
) -> Result<Option<Value<'v>>, EvalError> {
    match of {
        Value::List(items) => Ok(number(index)?.and_then(|place| items.get(place).cloned())),
        Value::Keyed(keyed) => place(&keyed.list(), index, budget),
        Value::Node(node) if node.is_seq() => {
            Ok(number(index)?.and_then(|place| node.item(place)).map(Value::from_node))
        }
        Value::Node(_) | Value::Map(_) => map::get(of, index, budget),
        _ => Err(missing(of, index)),
    }
}

/// A place in a list; `None` for one that no list has.
fn number(index: &Value<'_>) -> Result<Option<usize>, EvalError> {
    match index {
        Value::Int(place) => Ok(usize::try_from(*place).ok()),
        Value::Uint(place) => Ok(usize::try_from(*place).ok()),
        // 2^53, as for keys.
        Value::Double(place) if place.fract() == 0.0 && place.abs() <= 9_007_199_254_740_992.0 => {
            Ok(usize::try_from(*place as i64).ok())
        }
        Value::Double(place) => Err(EvalError::argument(format!("unsupported index value {place} in list"))),
        other => {
            Err(EvalError::argument(format!("unsupported index type '{}' in list", other.type_of().name())))
        }
    }
}

pub(super) fn missing(of: &Value<'_>, index: &Value<'_>) -> EvalError {
    match (of.type_of().name(), index) {
        ("list", Value::Uint(index)) => {
            EvalError::new(ErrorKind::OutOfBounds, format!("index out of bounds: {index}"))
        }
        ("list", index) => EvalError::new(ErrorKind::OutOfBounds, format!("index out of bounds: {index:?}")),
        (_, Value::Str(key)) => EvalError::key(&**key),
        (_, Value::Uint(key)) => EvalError::key(key),
        (_, index) => EvalError::key(format_args!("{index:?}")),
    }
}
