//! What durations and timestamps are asked. Months and days of a year count from 0, dates from 1.
//!
//! Invariant: a zone is UTC or an offset; one that has a name is an error.

use super::super::EvalError;
use super::super::time::{Civil, Timestamp, offset};
use super::super::value::Value;
use super::Entry;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("getFullYear", true, 1, 2, |args, _| at(args, |civil, _| civil.year)),
    ("getMonth", true, 1, 2, |args, _| at(args, |civil, _| civil.month - 1)),
    ("getDayOfYear", true, 1, 2, |args, _| at(args, |civil, _| civil.year_day)),
    ("getDayOfMonth", true, 1, 2, |args, _| at(args, |civil, _| civil.date - 1)),
    ("getDate", true, 1, 2, |args, _| at(args, |civil, _| civil.date)),
    // 1970 began on a Thursday.
    ("getDayOfWeek", true, 1, 2, |args, _| at(args, |civil, _| (civil.day + 4).rem_euclid(7))),
    ("getHours", true, 1, 2, |args, _| {
        either(args, 3_600_000_000_000, i64::MAX, |civil, _| civil.second / 3600)
    }),
    ("getMinutes", true, 1, 2, |args, _| {
        either(args, 60_000_000_000, i64::MAX, |civil, _| civil.second / 60 % 60)
    }),
    ("getSeconds", true, 1, 2, |args, _| either(args, 1_000_000_000, i64::MAX, |civil, _| civil.second % 60)),
    ("getMilliseconds", true, 1, 2, |args, _| {
        either(args, 1_000_000, 1000, |_, timestamp| i64::from(timestamp.nanos()) / 1_000_000)
    }),
];

fn at<'v>(args: &[Value<'v>], ask: fn(&Civil, Timestamp) -> i64) -> Result<Value<'v>, EvalError> {
    let (timestamp, offset) = match args {
        [Value::Timestamp(timestamp)] => (timestamp, 0),
        [Value::Timestamp(timestamp), Value::Str(zone)] => {
            let unknown =
                || EvalError::argument(format!("time zones with a name are not supported: {}", &**zone));
            (timestamp, offset(zone).ok_or_else(unknown)?)
        }
        _ => return Err(EvalError::overload()),
    };
    Ok(Value::Int(ask(&timestamp.civil(offset), *timestamp)))
}

/// A part of a timestamp, or all of a duration in a unit (milliseconds: those of the last second).
fn either<'v>(
    args: &[Value<'v>],
    unit: i64,
    modulus: i64,
    ask: fn(&Civil, Timestamp) -> i64,
) -> Result<Value<'v>, EvalError> {
    match args {
        [Value::Duration(duration)] => Ok(Value::Int(duration.nanos() / unit % modulus)),
        _ => at(args, ask),
    }
}
