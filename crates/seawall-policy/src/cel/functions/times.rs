//! What durations and timestamps are asked. Months and days of a year count from 0, dates from 1.

use super::super::EvalError;
use super::super::limits::Budget;
use super::super::time::{Civil, Timestamp};
use super::super::value::Value;
use super::super::zone;
use super::{Function, Only, method};

pub(super) const FUNCTIONS: &[Function] = &[
    method("getFullYear", 1, 2, |args, budget| at(args, budget, |civil, _| civil.year)),
    method("getMonth", 1, 2, |args, budget| at(args, budget, |civil, _| civil.month - 1)),
    method("getDayOfYear", 1, 2, |args, budget| at(args, budget, |civil, _| civil.year_day)),
    method("getDayOfMonth", 1, 2, |args, budget| at(args, budget, |civil, _| civil.date - 1)),
    method("getDate", 1, 2, |args, budget| at(args, budget, |civil, _| civil.date)),
    // 1970 began on a Thursday.
    method("getDayOfWeek", 1, 2, |args, budget| at(args, budget, |civil, _| (civil.day + 4).rem_euclid(7))),
    method("getHours", 1, 2, |args, budget| {
        either(args, budget, 3_600_000_000_000, i64::MAX, |civil, _| civil.second / 3600)
    }),
    method("getMinutes", 1, 2, |args, budget| {
        either(args, budget, 60_000_000_000, i64::MAX, |civil, _| civil.second / 60 % 60)
    }),
    method("getSeconds", 1, 2, |args, budget| {
        either(args, budget, 1_000_000_000, i64::MAX, |civil, _| civil.second % 60)
    }),
    method("getMilliseconds", 1, 2, |args, budget| milliseconds(args, budget, 1000)).only(Only::Language),
    method("getMilliseconds", 1, 2, |args, budget| milliseconds(args, budget, i64::MAX))
        .only(Only::Kubernetes),
];

fn at<'v>(
    args: &[Value<'v>],
    budget: &mut Budget,
    ask: fn(&Civil, Timestamp) -> i64,
) -> Result<Value<'v>, EvalError> {
    let (timestamp, offset) = match args {
        [Value::Timestamp(timestamp)] => (timestamp, 0),
        [Value::Timestamp(timestamp), Value::Str(zone)] => {
            (timestamp, zone::offset(zone, *timestamp, budget)?)
        }
        _ => return Err(EvalError::overload()),
    };
    Ok(Value::Int(ask(&timestamp.civil(offset), *timestamp)))
}

/// A part of a timestamp, or all of a duration in a unit (milliseconds: those of the last second).
fn either<'v>(
    args: &[Value<'v>],
    budget: &mut Budget,
    unit: i64,
    modulus: i64,
    ask: fn(&Civil, Timestamp) -> i64,
) -> Result<Value<'v>, EvalError> {
    match args {
        [Value::Duration(duration)] => Ok(Value::Int(duration.nanos() / unit % modulus)),
        _ => at(args, budget, ask),
    }
}

/// Of a duration those of its last second, or, to the API server, all of them.
fn milliseconds<'v>(args: &[Value<'v>], budget: &mut Budget, modulus: i64) -> Result<Value<'v>, EvalError> {
    either(args, budget, 1_000_000, modulus, |_, timestamp| i64::from(timestamp.nanos()) / 1_000_000)
}
