//! What amounts of resources are asked. `isGreaterThan`, `isLessThan` and `compareTo` also compare versions.
//!
//! Source: `k8s.io/apiserver/pkg/cel/library/quantity.go`.

use std::cmp::Ordering;

use super::super::EvalError;
use super::super::limits::Budget;
use super::super::value::{Opaque, Quantity, Value};
use super::{Cost, Function, global, method};

pub(super) const FUNCTIONS: &[Function] = &[
    global("quantity", 1, 1, quantity).since(28).cost(Cost::Text),
    global("isQuantity", 1, 1, is_quantity).since(28).cost(Cost::Text),
    global("sign", 1, 1, |args, _| of(args.first()).map(|own| Value::Int(own.sign()))).since(28),
    method("isInteger", 1, 1, |args, _| of(args.first()).map(|own| Value::Bool(own.as_int().is_some())))
        .since(28),
    method("asInteger", 1, 1, as_integer).since(28),
    method("asApproximateFloat", 1, 1, |args, _| of(args.first()).map(|own| Value::Double(own.as_double())))
        .since(28),
    method("add", 2, 2, |args, budget| combined(args, budget, Quantity::plus, Quantity::plus_int)).since(28),
    method("sub", 2, 2, |args, budget| combined(args, budget, Quantity::minus, Quantity::minus_int))
        .since(28),
    method("isGreaterThan", 2, 2, |args, budget| {
        compared(args, budget).map(|order| Value::Bool(order.is_gt()))
    })
    .since(28),
    method("isLessThan", 2, 2, |args, budget| compared(args, budget).map(|order| Value::Bool(order.is_lt())))
        .since(28),
    method("compareTo", 2, 2, |args, budget| compared(args, budget).map(|order| Value::Int(order as i64)))
        .since(28),
];

fn parsed(args: &[Value<'_>], budget: &mut Budget) -> Result<Result<Quantity, &'static str>, EvalError> {
    let [Value::Str(text)] = args else { return Err(EvalError::overload()) };
    budget.take(text.len())?;
    Ok(Quantity::parse(text))
}

fn quantity<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let quantity = parsed(args, budget)?.map_err(EvalError::argument)?;
    Ok(Value::opaque(Opaque::Quantity(quantity)))
}

fn is_quantity<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    Ok(Value::Bool(parsed(args, budget)?.is_ok()))
}

fn of<'a>(value: Option<&'a Value<'_>>) -> Result<&'a Quantity, EvalError> {
    match value {
        Some(Value::Opaque(opaque)) => match &**opaque {
            Opaque::Quantity(quantity) => Ok(quantity),
            _ => Err(EvalError::overload()),
        },
        _ => Err(EvalError::overload()),
    }
}

fn as_integer<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    let value = of(args.first())?.as_int();
    value.map(Value::Int).ok_or_else(|| EvalError::argument("cannot convert value to integer"))
}

fn combined<'v>(
    args: &[Value<'v>],
    budget: &mut Budget,
    combine: fn(&Quantity, &Quantity) -> Option<Quantity>,
    combine_int: fn(&Quantity, i64) -> Option<Quantity>,
) -> Result<Value<'v>, EvalError> {
    let own = of(args.first())?;
    budget.take(own.digits())?;
    let made = match args.get(1) {
        Some(Value::Int(number)) => combine_int(own, *number),
        other => {
            let other = of(other)?;
            budget.take(other.digits())?;
            combine(own, other)
        }
    };
    let made = made.ok_or_else(|| EvalError::overflow("quantities differ too much in size"))?;
    Ok(Value::opaque(Opaque::Quantity(made)))
}

fn compared(args: &[Value<'_>], budget: &mut Budget) -> Result<Ordering, EvalError> {
    let [Value::Opaque(one), Value::Opaque(two)] = args else { return Err(EvalError::overload()) };
    match (&**one, &**two) {
        (Opaque::Quantity(one), Opaque::Quantity(two)) => {
            budget.take(one.digits() + two.digits())?;
            Ok(one.compare(two))
        }
        (Opaque::Semver(one), Opaque::Semver(two)) => Ok(one.compare(two)),
        _ => Err(EvalError::overload()),
    }
}
