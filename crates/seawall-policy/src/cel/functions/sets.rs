//! Lists taken as sets.
//!
//! Source: cel-go `ext/sets.go`.

use super::super::limits::Budget;
use super::super::value::Value;
use super::super::{EvalError, compare};
use super::{Cost, Function, global};

pub(super) const FUNCTIONS: &[Function] = &[
    global("sets.contains", 2, 2, |args, budget| {
        decide(args, budget, |one, two, budget| all(two, one, budget))
    })
    .since(29)
    .cost(Cost::Sets(1)),
    global("sets.equivalent", 2, 2, |args, budget| {
        decide(args, budget, |one, two, budget| Ok(all(two, one, budget)? && all(one, two, budget)?))
    })
    .since(29)
    .cost(Cost::Sets(2)),
    global("sets.intersects", 2, 2, |args, budget| decide(args, budget, any)).since(29).cost(Cost::Sets(1)),
];

fn decide<'v>(
    args: &[Value<'v>],
    budget: &mut Budget,
    decide: impl Fn(&[Value<'v>], &[Value<'v>], &mut Budget) -> Result<bool, EvalError>,
) -> Result<Value<'v>, EvalError> {
    let [one, two] = args else { return Err(EvalError::overload()) };
    match (one.items(), two.items()) {
        (Some(one), Some(two)) => decide(&one, &two, budget).map(Value::Bool),
        _ => Err(EvalError::overload()),
    }
}

fn holds<'v>(items: &[Value<'v>], wanted: &Value<'v>, budget: &mut Budget) -> Result<bool, EvalError> {
    for item in items {
        budget.take(1)?;
        if compare::is_equal(wanted, item, budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether all of the first are among the second.
fn all<'v>(items: &[Value<'v>], within: &[Value<'v>], budget: &mut Budget) -> Result<bool, EvalError> {
    for item in items {
        if !holds(within, item, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn any<'v>(items: &[Value<'v>], within: &[Value<'v>], budget: &mut Budget) -> Result<bool, EvalError> {
    for item in items {
        if holds(within, item, budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}
