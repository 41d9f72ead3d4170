//! `+ - * / %` and the sign.
//!
//! Invariant: types never mix, and nothing wraps: what a type cannot hold is an error.

use super::ast::Binary;
use super::limits::Budget;
use super::value::Value;
use super::{ErrorKind, EvalError};

const INT: &str = "integer overflow";
const UINT: &str = "unsigned integer overflow";
const DURATION: &str = "duration overflow";
const TIMESTAMP: &str = "timestamp overflow";

fn int<'v>(value: Option<i64>) -> Result<Value<'v>, EvalError> {
    value.map(Value::Int).ok_or_else(|| EvalError::overflow(INT))
}

fn uint<'v>(value: Option<u64>) -> Result<Value<'v>, EvalError> {
    value.map(Value::Uint).ok_or_else(|| EvalError::overflow(UINT))
}

fn by_zero<'v>(op: Binary) -> Result<Value<'v>, EvalError> {
    let message = if op == Binary::Div { "division by zero" } else { "modulus by zero" };
    Err(EvalError::new(ErrorKind::Division, message))
}

pub(super) fn arith<'v>(
    op: Binary,
    left: &Value<'v>,
    right: &Value<'v>,
    budget: &mut Budget,
) -> Result<Value<'v>, EvalError> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => match op {
            Binary::Add => int(left.checked_add(*right)),
            Binary::Sub => int(left.checked_sub(*right)),
            Binary::Mul => int(left.checked_mul(*right)),
            Binary::Div | Binary::Rem if *right == 0 => by_zero(op),
            Binary::Div => int(left.checked_div(*right)),
            Binary::Rem => int(left.checked_rem(*right)),
            _ => Err(EvalError::overload()),
        },
        (Value::Uint(left), Value::Uint(right)) => match op {
            Binary::Add => uint(left.checked_add(*right)),
            Binary::Sub => uint(left.checked_sub(*right)),
            Binary::Mul => uint(left.checked_mul(*right)),
            Binary::Div | Binary::Rem if *right == 0 => by_zero(op),
            Binary::Div => uint(left.checked_div(*right)),
            Binary::Rem => uint(left.checked_rem(*right)),
            _ => Err(EvalError::overload()),
        },
        (Value::Double(left), Value::Double(right)) => match op {
            Binary::Add => Ok(Value::Double(left + right)),
            Binary::Sub => Ok(Value::Double(left - right)),
            Binary::Mul => Ok(Value::Double(left * right)),
            Binary::Div => Ok(Value::Double(left / right)),
            _ => Err(EvalError::overload()),
        },
        _ => match op {
            Binary::Add => add(left, right, budget),
            Binary::Sub => sub(left, right),
            _ => Err(EvalError::overload()),
        },
    }
}

/// Whether an operator is named when it does not take its first operand: cel-go asks some types themselves, which do not
/// know what they were asked for.
fn is_named(op: Binary, left: &Value<'_>) -> bool {
    match left {
        Value::Str(_) | Value::Duration(_) | Value::Timestamp(_) | Value::Int(_) | Value::Uint(_) => false,
        Value::Double(_) => op == Binary::Rem,
        Value::Bytes(_) => !matches!(op, Binary::Add | Binary::Lt | Binary::Le | Binary::Gt | Binary::Ge),
        Value::Bool(_) => !matches!(op, Binary::Lt | Binary::Le | Binary::Gt | Binary::Ge),
        Value::List(_) => op != Binary::Add,
        Value::Node(node) if node.is_seq() => op != Binary::Add,
        _ => true,
    }
}

/// What an operator says of operands that it does not take; any other error as it is.
#[cold]
pub(super) fn explained(error: EvalError, op: Binary, left: &Value<'_>) -> EvalError {
    if error.kind != ErrorKind::NoSuchOverload || !is_named(op, left) {
        return error;
    }
    let sign = match op {
        Binary::Add => "+",
        Binary::Sub => "-",
        Binary::Mul => "*",
        Binary::Div => "/",
        Binary::Rem => "%",
        Binary::Lt => "<",
        Binary::Le => "<=",
        Binary::Gt => ">",
        Binary::Ge => ">=",
        Binary::Eq | Binary::Ne | Binary::In => return error,
    };
    EvalError::new(ErrorKind::NoSuchOverload, format!("no such overload: _{sign}_"))
}

fn add<'v>(left: &Value<'v>, right: &Value<'v>, budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    match (left, right) {
        (Value::Keyed(left), right) => left.plus(right, budget),
        (Value::Str(left), Value::Str(right)) => {
            budget.text(left.len() + right.len())?;
            Ok(Value::text([&**left, &**right].concat()))
        }
        (Value::Bytes(left), Value::Bytes(right)) => {
            budget.text(left.len() + right.len())?;
            Ok(Value::bytes([&**left, &**right].concat()))
        }
        (Value::Duration(left), Value::Duration(right)) => {
            left.plus(*right).map(Value::Duration).ok_or_else(|| EvalError::overflow(DURATION))
        }
        (Value::Timestamp(time), Value::Duration(duration))
        | (Value::Duration(duration), Value::Timestamp(time)) => {
            time.plus(*duration).map(Value::Timestamp).ok_or_else(|| EvalError::overflow(TIMESTAMP))
        }
        _ => {
            let (Some(mut items), Some(more)) = (left.items(), right.items()) else {
                return Err(EvalError::overload());
            };
            budget.take(items.len() + more.len())?;
            items.extend(more);
            Ok(Value::list(items))
        }
    }
}

fn sub<'v>(left: &Value<'v>, right: &Value<'v>) -> Result<Value<'v>, EvalError> {
    match (left, right) {
        (Value::Duration(left), Value::Duration(right)) => {
            left.minus(*right).map(Value::Duration).ok_or_else(|| EvalError::overflow(DURATION))
        }
        (Value::Timestamp(time), Value::Duration(duration)) => {
            time.less(*duration).map(Value::Timestamp).ok_or_else(|| EvalError::overflow(TIMESTAMP))
        }
        (Value::Timestamp(left), Value::Timestamp(right)) => {
            left.since(*right).map(Value::Duration).ok_or_else(|| EvalError::overflow(DURATION))
        }
        _ => Err(EvalError::overload()),
    }
}

pub(super) fn negate<'v>(value: &Value<'v>) -> Result<Value<'v>, EvalError> {
    match value {
        Value::Int(value) => int(value.checked_neg()),
        Value::Double(value) => Ok(Value::Double(-value)),
        Value::Duration(value) => {
            value.negated().map(Value::Duration).ok_or_else(|| EvalError::overflow(DURATION))
        }
        Value::Bool(_) | Value::Str(_) | Value::Timestamp(_) => Err(EvalError::overload()),
        _ => Err(EvalError::new(ErrorKind::NoSuchOverload, "no such overload: -_")),
    }
}
