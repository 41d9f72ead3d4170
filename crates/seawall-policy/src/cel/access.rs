//! Fields, keys and places: `a.b`, `a.?b`, `a[b]`, `has(a.b)`.
//!
//! Invariants: below a scalar or null there is no key, and `has` says so without an error; a list has no fields. Whatever is
//! asked of an optional is an optional.

use std::sync::Arc;

use super::limits::Budget;
use super::value::Value;
use super::{ErrorKind, EvalError, map};

/// A field; `None` when it is not there.
pub(super) fn field<'v>(
    of: &Value<'v>,
    field: &str,
    budget: &mut Budget,
) -> Result<Option<Value<'v>>, EvalError> {
    match of {
        Value::Node(node) if node.is_map() => map::entry(*node, field, budget),
        Value::Map(map) => Ok(map.get_str(field).cloned()),
        Value::Node(_) | Value::List(_) | Value::Keyed(_) => {
            Err(EvalError::argument("unsupported index type 'string' in list"))
        }
        _ => Err(EvalError::key(field)),
    }
}

pub(super) fn select<'v>(
    of: Value<'v>,
    name: &str,
    optional: bool,
    budget: &mut Budget,
) -> Result<Value<'v>, EvalError> {
    match of {
        Value::Optional(None) => Ok(Value::Optional(None)),
        Value::Optional(Some(inner)) => Ok(Value::Optional(field(&inner, name, budget)?.map(Arc::new))),
        of if optional => Ok(Value::Optional(field(&of, name, budget)?.map(Arc::new))),
        of => field(&of, name, budget)?.ok_or_else(|| EvalError::key(name)),
    }
}

pub(super) fn has(of: &Value<'_>, name: &str, budget: &mut Budget) -> Result<bool, EvalError> {
    let of = match of {
        Value::Optional(None) => return Ok(false),
        Value::Optional(Some(inner)) => inner,
        of => of,
    };
    match field(of, name, budget) {
        Ok(value) => Ok(value.is_some()),
        Err(error) if error.kind == ErrorKind::NoSuchKey => Ok(false),
        Err(error) => Err(error),
    }
}

/// An item or an entry; `None` when it is not there.
fn place<'v>(of: &Value<'v>, index: &Value<'v>, budget: &mut Budget) -> Result<Option<Value<'v>>, EvalError> {
    match of {
        Value::List(items) => Ok(number(index)?.and_then(|place| items.get(place).cloned())),
        Value::Keyed(keyed) => place(&keyed.list(), index, budget),
        Value::Node(node) if node.is_seq() => {
            Ok(number(index)?.and_then(|place| node.item(place)).map(Value::from_node))
        }
        Value::Node(_) | Value::Map(_) => map::get(of, index, budget),
        _ => Err(EvalError::overload()),
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
        other => {
            Err(EvalError::argument(format!("unsupported index type '{}' in list", other.type_of().name())))
        }
    }
}

pub(super) fn index<'v>(
    of: Value<'v>,
    index: &Value<'v>,
    optional: bool,
    budget: &mut Budget,
) -> Result<Value<'v>, EvalError> {
    match of {
        Value::Optional(None) => Ok(Value::Optional(None)),
        Value::Optional(Some(inner)) => Ok(Value::Optional(place(&inner, index, budget)?.map(Arc::new))),
        of if optional => Ok(Value::Optional(place(&of, index, budget)?.map(Arc::new))),
        of => place(&of, index, budget)?.ok_or_else(|| missing(&of, index)),
    }
}

fn missing(of: &Value<'_>, index: &Value<'_>) -> EvalError {
    match (of.type_of().name(), index) {
        ("list", index) => EvalError::new(ErrorKind::OutOfBounds, format!("index out of bounds: {index:?}")),
        (_, Value::Str(key)) => EvalError::key(&**key),
        (_, index) => EvalError::key(format_args!("{index:?}")),
    }
}
