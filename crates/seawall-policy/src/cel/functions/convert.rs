//! Conversions between types, by the names of the types.
//!
//! Invariant: a conversion gives the same value in the other type, rounded towards zero at most, or an error.

use super::super::EvalError;
use super::super::limits::Budget;
use super::super::time::{Duration, Timestamp};
use super::super::value::{Opaque, Value};
use super::{Cost, Function, Kind, Only, global, number};

pub(super) const FUNCTIONS: &[Function] = &[
    global("int", 1, 1, int),
    global("uint", 1, 1, uint),
    global("double", 1, 1, double),
    global("string", 1, 1, string).cost(Cost::KnownText).gives(Kind::Str),
    global("bytes", 1, 1, bytes).cost(Cost::KnownText).gives(Kind::Bytes),
    global("bool", 1, 1, bool),
    global("duration", 1, 1, duration).only(Only::Language),
    global("duration", 1, 1, kubernetes_duration).only(Only::Kubernetes),
    global("timestamp", 1, 1, timestamp),
];

const TWO_63: f64 = 9_223_372_036_854_775_808.0;
const TWO_64: f64 = 18_446_744_073_709_551_616.0;

fn wrong(from: &str, to: &str) -> EvalError {
    EvalError::argument(format!("type conversion error from '{from}' to '{to}'"))
}

fn range(to: &'static str) -> EvalError {
    EvalError::overflow(to)
}

fn int<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    let overflow = || range("integer overflow");
    Ok(Value::Int(match args {
        [Value::Int(value)] => *value,
        [Value::Uint(value)] => i64::try_from(*value).map_err(|_| overflow())?,
        [Value::Double(value)] if *value > -TWO_63 && *value < TWO_63 => *value as i64,
        [Value::Double(_)] => return Err(overflow()),
        [Value::Str(text)] => text.parse().map_err(|_| wrong("string", "int"))?,
        [Value::Timestamp(timestamp)] => timestamp.seconds(),
        [Value::Duration(duration)] => duration.nanos(),
        _ => return Err(EvalError::overload()),
    }))
}

fn uint<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    let overflow = || range("unsigned integer overflow");
    Ok(Value::Uint(match args {
        [Value::Uint(value)] => *value,
        [Value::Int(value)] => u64::try_from(*value).map_err(|_| overflow())?,
        [Value::Double(value)] if *value >= 0.0 && *value < TWO_64 => *value as u64,
        [Value::Double(_)] => return Err(overflow()),
        // Go reads no sign here.
        [Value::Str(text)] if text.starts_with('+') => return Err(wrong("string", "uint")),
        [Value::Str(text)] => text.parse().map_err(|_| wrong("string", "uint"))?,
        _ => return Err(EvalError::overload()),
    }))
}

fn double<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    Ok(Value::Double(match args {
        [Value::Double(value)] => *value,
        [Value::Int(value)] => *value as f64,
        [Value::Uint(value)] => *value as f64,
        [Value::Str(text)] => {
            let value: f64 = text.parse().map_err(|_| wrong("string", "double"))?;
            // Go refuses digits that overflow, and takes the word.
            if value.is_infinite() && text.bytes().any(|byte| byte.is_ascii_digit()) {
                return Err(wrong("string", "double"));
            }
            value
        }
        _ => return Err(EvalError::overload()),
    }))
}

fn string<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    Ok(match args {
        [Value::Str(text)] => Value::Str(text.clone()),
        [Value::Bool(value)] => Value::text(value.to_string()),
        [Value::Int(value)] => Value::text(value.to_string()),
        [Value::Uint(value)] => Value::text(value.to_string()),
        [Value::Double(value)] => Value::text(number::shortest(*value)),
        [Value::Bytes(bytes)] => {
            budget.text(bytes.len())?;
            let text = std::str::from_utf8(bytes);
            Value::text(
                text.map_err(|_| EvalError::argument("invalid UTF-8 in bytes, cannot convert to string"))?,
            )
        }
        [Value::Timestamp(timestamp)] => Value::text(timestamp.to_string()),
        [Value::Duration(duration)] => Value::text(duration.to_string()),
        [Value::Opaque(opaque)] if matches!(&**opaque, Opaque::Ip(_) | Opaque::Cidr(_)) => {
            Value::text(opaque.to_string())
        }
        _ => return Err(EvalError::overload()),
    })
}

fn bytes<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    match args {
        [Value::Bytes(bytes)] => Ok(Value::Bytes(bytes.clone())),
        [Value::Str(text)] => {
            budget.text(text.len())?;
            Ok(Value::bytes(text.as_bytes()))
        }
        _ => Err(EvalError::overload()),
    }
}

fn bool<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    match args {
        [Value::Bool(value)] => Ok(Value::Bool(*value)),
        [Value::Str(text)] => match &**text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Value::Bool(false)),
            _ => Err(wrong("string", "bool")),
        },
        _ => Err(EvalError::overload()),
    }
}

fn duration<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    Ok(Value::Duration(match args {
        [Value::Duration(duration)] => *duration,
        [Value::Int(nanos)] => Duration::from_nanos(*nanos),
        [Value::Str(text)] => {
            Duration::parse(text).ok_or_else(|| wrong("string", "google.protobuf.Duration"))?
        }
        _ => return Err(EvalError::overload()),
    }))
}

/// A number is no duration to the API server.
fn kubernetes_duration<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    match args {
        [Value::Int(_)] => Err(wrong("int", "google.protobuf.Duration")),
        args => duration(args, budget),
    }
}

fn timestamp<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    Ok(Value::Timestamp(match args {
        [Value::Timestamp(timestamp)] => *timestamp,
        [Value::Int(seconds)] => Timestamp::new(*seconds, 0).ok_or_else(|| range("timestamp overflow"))?,
        [Value::Str(text)] => {
            Timestamp::parse(text).ok_or_else(|| wrong("string", "google.protobuf.Timestamp"))?
        }
        _ => return Err(EvalError::overload()),
    }))
}
