//! Which values are equal, and which comes first.
//!
//! Invariants: equality has an answer for any two values, and values of different types are not equal, except numbers,
//! which are by value. Order has an answer within a type and between numbers only. Work on lists and maps is paid for.
//! Source: <https://github.com/google/cel-spec/blob/master/doc/langdef.md#equality>.

use std::cmp::Ordering;

use super::limits::Budget;
use super::value::{Struct, Value};
use super::{ErrorKind, EvalError, map};

const TWO_63: f64 = 9_223_372_036_854_775_808.0;
const TWO_64: f64 = 18_446_744_073_709_551_616.0;

pub(super) fn equal<'v>(left: &Value<'v>, right: &Value<'v>, budget: &mut Budget) -> Result<bool, EvalError> {
    if let Some(order) = numbers(left, right) {
        return Ok(order == Some(Ordering::Equal));
    }
    Ok(match (left, right) {
        (Value::Keyed(left), right) => return left.equal(right, budget),
        (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Str(left), Value::Str(right)) => {
            budget.text(left.len().min(right.len()))?;
            **left == **right
        }
        (Value::Bytes(left), Value::Bytes(right)) => {
            budget.text(left.len().min(right.len()))?;
            **left == **right
        }
        (Value::Type(left), Value::Type(right)) => left == right,
        (Value::Duration(left), Value::Duration(right)) => left == right,
        (Value::Timestamp(left), Value::Timestamp(right)) => left == right,
        (Value::Optional(None), Value::Optional(None)) => true,
        (Value::Optional(Some(left)), Value::Optional(Some(right))) => {
            budget.take(1)?;
            equal(left, right, budget)?
        }
        (Value::Opaque(_), Value::Null) => false,
        (Value::Opaque(left), Value::Opaque(right)) => left.equal(right).ok_or_else(EvalError::overload)?,
        // Kubernetes' types cannot be compared with others, except from the other side.
        (Value::Opaque(_), _) => return Err(EvalError::overload()),
        (Value::Struct(left), Value::Struct(right)) => return records(left, right, budget),
        _ => return collections(left, right, budget),
    })
}

/// Whether two values are known to be equal: for what cannot be compared they are not.
pub(super) fn is_equal<'v>(
    left: &Value<'v>,
    right: &Value<'v>,
    budget: &mut Budget,
) -> Result<bool, EvalError> {
    match equal(left, right, budget) {
        Err(error) if error.kind != ErrorKind::Limit => Ok(false),
        decided => decided,
    }
}

/// Whether two values are known to differ: items that cannot be compared count as equal within lists and maps.
fn differ<'v>(left: &Value<'v>, right: &Value<'v>, budget: &mut Budget) -> Result<bool, EvalError> {
    match equal(left, right, budget) {
        Err(error) if error.kind != ErrorKind::Limit => Ok(false),
        decided => decided.map(|equal| !equal),
    }
}

fn records<'v>(left: &Struct<'v>, right: &Struct<'v>, budget: &mut Budget) -> Result<bool, EvalError> {
    if left.name() != right.name() || left.fields().count() != right.fields().count() {
        return Ok(false);
    }
    for (name, value) in left.fields() {
        budget.take(1)?;
        match right.field(name) {
            Some(other) if is_equal(value, other, budget)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

fn collections<'v>(left: &Value<'v>, right: &Value<'v>, budget: &mut Budget) -> Result<bool, EvalError> {
    if left.count().is_none() || left.count() != right.count() {
        return Ok(false);
    }
    budget.text(left.count().unwrap_or(0))?;
    if let (Some(left), Some(right)) = (left.items(), right.items()) {
        for (left, right) in left.iter().zip(&right) {
            budget.take(1)?;
            if differ(left, right, budget)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    let Some(entries) = left.entries() else { return Ok(false) };
    if right.items().is_some() {
        return Ok(false);
    }
    for (key, value) in &entries {
        budget.take(1)?;
        match map::get(right, key, budget)? {
            Some(other) if !differ(value, &other, budget)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// Whether values of this type have an order.
pub(super) fn has_order(value: &Value<'_>) -> bool {
    matches!(
        value,
        Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Double(_)
            | Value::Str(_)
            | Value::Bytes(_)
            | Value::Duration(_)
            | Value::Timestamp(_)
    )
}

/// The order of two numbers of any types: `None` when they are not both numbers, `Some(None)` with a NaN.
fn numbers(left: &Value<'_>, right: &Value<'_>) -> Option<Option<Ordering>> {
    Some(match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Uint(left), Value::Uint(right)) => Some(left.cmp(right)),
        (Value::Double(left), Value::Double(right)) => left.partial_cmp(right),
        (Value::Int(left), Value::Uint(right)) => Some(int_uint(*left, *right)),
        (Value::Uint(left), Value::Int(right)) => Some(int_uint(*right, *left).reverse()),
        (Value::Int(left), Value::Double(right)) => int_double(*left, *right),
        (Value::Double(left), Value::Int(right)) => int_double(*right, *left).map(Ordering::reverse),
        (Value::Uint(left), Value::Double(right)) => uint_double(*left, *right),
        (Value::Double(left), Value::Uint(right)) => uint_double(*right, *left).map(Ordering::reverse),
        _ => return None,
    })
}

fn int_uint(int: i64, uint: u64) -> Ordering {
    u64::try_from(int).map_or(Ordering::Less, |int| int.cmp(&uint))
}

/// As cel-go does it: outside of the range of ints by range, inside as doubles.
fn int_double(int: i64, double: f64) -> Option<Ordering> {
    if double < -TWO_63 {
        Some(Ordering::Greater)
    } else if double > TWO_63 {
        Some(Ordering::Less)
    } else {
        (int as f64).partial_cmp(&double)
    }
}

fn uint_double(uint: u64, double: f64) -> Option<Ordering> {
    if double < 0.0 {
        Some(Ordering::Greater)
    } else if double > TWO_64 {
        Some(Ordering::Less)
    } else {
        (uint as f64).partial_cmp(&double)
    }
}

pub(super) fn order(left: &Value<'_>, right: &Value<'_>, budget: &mut Budget) -> Result<Ordering, EvalError> {
    if let Some(order) = numbers(left, right) {
        return order.ok_or_else(|| EvalError::argument("NaN values cannot be ordered"));
    }
    Ok(match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::Str(left), Value::Str(right)) => {
            budget.text(left.len().min(right.len()))?;
            left.cmp(right)
        }
        (Value::Bytes(left), Value::Bytes(right)) => {
            budget.text(left.len().min(right.len()))?;
            left.cmp(right)
        }
        (Value::Duration(left), Value::Duration(right)) => left.cmp(right),
        (Value::Timestamp(left), Value::Timestamp(right)) => left.cmp(right),
        _ => return Err(EvalError::overload()),
    })
}

/// Whether a list has an item, or a map a key.
pub(super) fn contains<'v>(
    item: &Value<'v>,
    within: &Value<'v>,
    budget: &mut Budget,
) -> Result<bool, EvalError> {
    match within {
        Value::Keyed(keyed) => contains(item, &keyed.list(), budget),
        Value::List(items) => {
            for own in items.iter() {
                budget.take(1)?;
                if is_equal(item, own, budget)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Node(node) if node.is_seq() => {
            for own in node.items() {
                budget.take(1)?;
                if is_equal(item, &Value::from_node(own), budget)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Ok(map::get(within, item, budget)?.is_some()),
    }
}
