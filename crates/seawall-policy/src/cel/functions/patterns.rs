//! What a pattern finds in a text.
//!
//! Source: `k8s.io/apiserver/pkg/cel/library/regex.go`.

use super::super::limits::Budget;
use super::super::value::Value;
use super::super::{EvalError, eval};
use super::{Cost, Function, Kind, Unfit, method};
use regex::Regex;

pub(super) const FUNCTIONS: &[Function] = &[
    method("find", 2, 2, |args, budget| search(args, budget, false))
        .cost(Cost::Pattern)
        .gives(Kind::Str)
        .unfit(Unfit::Plain),
    method("findAll", 2, 3, |args, budget| search(args, budget, true))
        .cost(Cost::Pattern)
        .gives(Kind::Sortable)
        .unfit(Unfit::Plain),
];

fn search<'v>(args: &[Value<'v>], budget: &mut Budget, all: bool) -> Result<Value<'v>, EvalError> {
    let [text, pattern, most @ ..] = args else { return Err(EvalError::overload()) };
    let pattern = eval::text(pattern)?;
    let (text, most) = (eval::text(text)?, most.first().cloned());
    budget.search(text.len(), &pattern)?;
    let Some(regex) = budget.pattern(&pattern)?.cloned() else {
        return Err(EvalError::argument(format!("Illegal regex: error parsing regexp: `{}`", &*pattern)));
    };
    found(&regex, &text, most.as_ref(), all, budget)
}

/// The first part of a text that a pattern fits, or all of them; `most` may bound how many.
pub(in crate::cel) fn found<'v>(
    pattern: &Regex,
    text: &str,
    most: Option<&Value<'v>>,
    all: bool,
    budget: &mut Budget,
) -> Result<Value<'v>, EvalError> {
    if !all {
        return Ok(Value::text(pattern.find(text).map_or("", |found| found.as_str())));
    }
    let most = match most {
        // A negative number means all of them.
        Some(Value::Int(most)) => usize::try_from(*most).unwrap_or(usize::MAX),
        None => usize::MAX,
        Some(_) => return Err(EvalError::overload()),
    };
    let mut parts = Vec::new();
    let mut end = None;
    for found in pattern.find_iter(text) {
        if parts.len() >= most {
            break;
        }
        budget.take(1)?;
        // Go gives no empty part where another one ended.
        if !found.is_empty() || end != Some(found.start()) {
            parts.push(Value::text(found.as_str()));
        }
        end = Some(found.end());
    }
    Ok(Value::list(parts))
}
