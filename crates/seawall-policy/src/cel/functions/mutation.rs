//! What only mutations may call.
//!
//! Source: `k8s.io/apiserver/pkg/cel/library/jsonpatch.go`.

use super::super::EvalError;
use super::super::limits::Budget;
use super::super::value::Value;
use super::{Cost, Function, Kind, global};

pub(super) const FUNCTIONS: &[Function] =
    &[global("jsonpatch.escapeKey", 1, 1, escape_key).in_mutations().cost(Cost::Text).gives(Kind::Str)];

/// A key as a part of a JSON pointer (RFC 6901).
fn escape_key<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let [Value::Str(text)] = args else { return Err(EvalError::overload()) };
    budget.text(text.len())?;
    Ok(Value::text(text.replace('~', "~0").replace('/', "~1")))
}
