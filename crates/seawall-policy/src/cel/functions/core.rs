//! `size`, `type`, `dyn`, and what texts are asked.

use super::super::limits::Budget;
use super::super::value::Value;
use super::super::{EvalError, eval};
use super::{Cost, Function, Kind, Unfit, global, method};

pub(super) const FUNCTIONS: &[Function] = &[
    global("size", 1, 1, size).unfit(Unfit::Name),
    method("size", 1, 1, size).unfit(Unfit::Name),
    global("type", 1, 1, type_of),
    global("dyn", 1, 1, same).gives(Kind::Unknown),
    method("contains", 2, 2, contains).cost(Cost::Contains).unfit(Unfit::Plain),
    method("startsWith", 2, 2, starts_with).cost(Cost::Text).unfit(Unfit::Plain),
    method("endsWith", 2, 2, ends_with).cost(Cost::Text).unfit(Unfit::Plain),
    method("matches", 2, 2, matches).cost(Cost::Pattern).unfit(Unfit::Plain),
    global("matches", 2, 2, matches).unfit(Unfit::Plain),
];

fn size<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let size = match args {
        [Value::Str(text)] => {
            budget.text(text.len())?;
            text.chars().count()
        }
        [Value::Bytes(bytes)] => bytes.len(),
        [other] => other.count().ok_or_else(EvalError::overload)?,
        _ => return Err(EvalError::overload()),
    };
    Ok(Value::Int(i64::try_from(size).unwrap_or(i64::MAX)))
}

fn type_of<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    args.first().map(|value| Value::Type(value.type_of())).ok_or_else(EvalError::overload)
}

fn same<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    args.first().cloned().ok_or_else(EvalError::overload)
}

fn asked<'v>(
    args: &[Value<'v>],
    budget: &mut Budget,
    ask: impl Fn(&str, &str) -> bool,
) -> Result<Value<'v>, EvalError> {
    match args {
        [Value::Str(text), Value::Str(part)] => {
            budget.text(text.len())?;
            Ok(Value::Bool(ask(text, part)))
        }
        _ => Err(EvalError::overload()),
    }
}

fn contains<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    asked(args, budget, |text, part| text.contains(part))
}

fn starts_with<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    asked(args, budget, |text, part| text.starts_with(part))
}

fn ends_with<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    asked(args, budget, |text, part| text.ends_with(part))
}

fn matches<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let [text, pattern] = args else { return Err(EvalError::overload()) };
    let (text, pattern) = (eval::text(text)?, eval::text(pattern)?);
    budget.search(text.len(), &pattern)?;
    match budget.pattern(&pattern)? {
        Some(regex) => Ok(Value::Bool(regex.is_match(&text))),
        None => Err(EvalError::argument(format!("error parsing regexp: `{}`", &*pattern))),
    }
}
