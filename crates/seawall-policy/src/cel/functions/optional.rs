//! Optional values. `or` and `orValue` are operations of their own, for they evaluate their argument only when needed.

use super::super::limits::Budget;
use super::super::value::Value;
use super::super::{ErrorKind, EvalError};
use super::Entry;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("optional.none", false, 0, 0, |_, _| Ok(Value::Optional(None))),
    ("optional.of", false, 1, 1, of),
    ("optional.ofNonZeroValue", false, 1, 1, of_non_zero),
    ("hasValue", true, 1, 1, has_value),
    ("value", true, 1, 1, value),
];

fn of<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    args.first().cloned().map(Value::some).ok_or_else(EvalError::overload)
}

fn of_non_zero<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    match args {
        [value] if value.is_zero() => Ok(Value::Optional(None)),
        _ => of(args, budget),
    }
}

fn has_value<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    match args {
        [Value::Optional(value)] => Ok(Value::Bool(value.is_some())),
        _ => Err(EvalError::overload()),
    }
}

fn value<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    match args {
        [Value::Optional(Some(value))] => Ok((**value).clone()),
        [Value::Optional(None)] => Err(EvalError::new(ErrorKind::NoSuchKey, "optional.none() dereference")),
        _ => Err(EvalError::overload()),
    }
}
