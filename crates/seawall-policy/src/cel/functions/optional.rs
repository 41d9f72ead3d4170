//! Optional values. `or` and `orValue` are operations of their own, for they evaluate their argument only when needed.

use super::super::limits::Budget;
use super::super::value::Value;
use super::super::{ErrorKind, EvalError};
use super::{Function, Kind, global, method};

pub(super) const FUNCTIONS: &[Function] = &[
    global("optional.none", 0, 0, |_, _| Ok(Value::Optional(None))).since(28),
    global("optional.of", 1, 1, of).since(28),
    global("optional.ofNonZeroValue", 1, 1, of_non_zero).since(28),
    method("hasValue", 1, 1, has_value).since(28),
    method("value", 1, 1, value).since(28).gives(Kind::Unknown),
    global("optional.unwrap", 1, 1, unwrap).since(28).gives(Kind::List),
    method("unwrapOpt", 1, 1, unwrap).since(28).gives(Kind::List),
    method("first", 1, 1, |args, _| end(args, |items| items.first().cloned())).since(28),
    method("last", 1, 1, |args, _| end(args, |items| items.last().cloned())).since(28),
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

fn unwrap<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let items = args.first().and_then(Value::items).ok_or_else(EvalError::overload)?;
    budget.take(items.len())?;
    let mut values = Vec::new();
    for item in items {
        match item {
            Value::Optional(inner) => values.extend(inner.map(|inner| (*inner).clone())),
            other => return Err(EvalError::argument(format!("value {other:?} is not optional"))),
        }
    }
    Ok(Value::list(values))
}

fn end<'v>(
    args: &[Value<'v>],
    pick: impl Fn(&[Value<'v>]) -> Option<Value<'v>>,
) -> Result<Value<'v>, EvalError> {
    let items = args.first().and_then(Value::items).ok_or_else(EvalError::overload)?;
    Ok(Value::Optional(pick(&items).map(Into::into)))
}
