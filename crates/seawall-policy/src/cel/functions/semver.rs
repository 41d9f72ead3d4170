//! What versions are asked; they are compared with the functions of quantities.
//!
//! Source: `k8s.io/apiserver/pkg/cel/library/semverlib.go`.

use super::super::EvalError;
use super::super::limits::Budget;
use super::super::value::{Opaque, Semver, Value};
use super::{Cost, Function, global, method};

pub(super) const FUNCTIONS: &[Function] = &[
    global("semver", 1, 2, semver).since(33).cost(Cost::Text),
    global("isSemver", 1, 2, is_semver).since(33).cost(Cost::Text),
    method("major", 1, 1, |args, _| number(args, |[major, _, _]| major)).since(33),
    method("minor", 1, 1, |args, _| number(args, |[_, minor, _]| minor)).since(33),
    method("patch", 1, 1, |args, _| number(args, |[_, _, patch]| patch)).since(33),
];

fn parsed(args: &[Value<'_>], budget: &mut Budget) -> Result<Result<Semver, String>, EvalError> {
    let (text, loosely) = match args {
        [Value::Str(text)] => (text, false),
        [Value::Str(text), Value::Bool(loosely)] => (text, *loosely),
        _ => return Err(EvalError::overload()),
    };
    budget.text(text.len())?;
    Ok(if loosely { Semver::parse_loosely(text) } else { Semver::parse(text) })
}

fn semver<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let semver = parsed(args, budget)?.map_err(EvalError::argument)?;
    Ok(Value::opaque(Opaque::Semver(semver)))
}

fn is_semver<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    Ok(Value::Bool(parsed(args, budget)?.is_ok()))
}

/// Go turns what no int holds into a negative number.
fn number<'v>(args: &[Value<'v>], pick: fn([u64; 3]) -> u64) -> Result<Value<'v>, EvalError> {
    match args {
        [Value::Opaque(opaque)] => match &**opaque {
            Opaque::Semver(semver) => Ok(Value::Int(pick(semver.numbers()).cast_signed())),
            _ => Err(EvalError::overload()),
        },
        _ => Err(EvalError::overload()),
    }
}
