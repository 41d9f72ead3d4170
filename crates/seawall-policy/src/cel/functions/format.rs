//! `'%s of %d'.format([a, b])`.
//!
//! Invariant: what is made is paid for while it is made, so that no value of any depth makes much more than fits.
//! Source: <https://pkg.go.dev/github.com/google/cel-go/ext#Strings>.

use super::super::limits::Budget;
use super::super::value::Value;
use super::super::{ErrorKind, EvalError};
use super::format_parts::{Whole, collection, whole};
use super::number;

/// More digits after the point than any double has.
const MOST_DIGITS: usize = 100;

pub(super) fn format<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let [Value::Str(text), list] = args else { return Err(EvalError::overload()) };
    let items = list.items().ok_or_else(EvalError::overload)?;
    budget.text(text.len() + items.len())?;
    let mut made = String::new();
    let mut next = 0;
    let mut rest: &str = text;
    while let Some((before, after)) = rest.split_once('%') {
        made.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            made.push('%');
            rest = after;
            continue;
        }
        let (precision, after) = precision(after)?;
        let clause =
            after.chars().next().ok_or_else(|| EvalError::argument("unexpected end of format string"))?;
        if !matches!(clause, 's' | 'd' | 'f' | 'e' | 'b' | 'o' | 'x' | 'X') {
            return Err(EvalError::argument(format!(
                "could not parse formatting clause: unrecognized formatting clause \"{clause}\""
            )));
        }
        let item = items
            .get(next)
            .ok_or_else(|| EvalError::new(ErrorKind::OutOfBounds, format!("index {next} out of range")))?;
        next += 1;
        let length = made.len();
        one(clause, precision, item, &mut made, budget)?;
        budget.text(made.len() - length)?;
        rest = after.get(1..).unwrap_or("");
    }
    made.push_str(rest);
    Ok(Value::text(made))
}

/// `.3`, when it is there.
fn precision(text: &str) -> Result<(Option<usize>, &str), EvalError> {
    let Some(digits) = text.strip_prefix('.') else { return Ok((None, text)) };
    let length = digits.len() - digits.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (digits, rest) = digits.split_at_checked(length).unwrap_or((digits, ""));
    match digits.parse() {
        Ok(precision) if precision <= MOST_DIGITS => Ok((Some(precision), rest)),
        _ => Err(EvalError::argument("error while parsing precision")),
    }
}

fn refused(text: &'static str) -> EvalError {
    EvalError::argument(format!("error during formatting: {text}"))
}

fn one(
    clause: char,
    precision: Option<usize>,
    item: &Value<'_>,
    made: &mut String,
    budget: &mut Budget,
) -> Result<(), EvalError> {
    let text = match (clause, item) {
        ('s', item) => return plain(item, made, budget),
        ('d', Value::Double(value)) if number::word(*value).is_some() => {
            number::word(*value).unwrap_or_default().to_owned()
        }
        ('f' | 'e', item) => {
            let value = match item {
                Value::Double(value) => *value,
                Value::Int(value) => *value as f64,
                Value::Uint(value) => *value as f64,
                _ if clause == 'f' => {
                    return Err(refused("fixed-point clause can only be used on doubles"));
                }
                _ => return Err(refused("scientific clause can only be used on doubles")),
            };
            let precision = precision.unwrap_or(6);
            match number::word(value) {
                Some(word) => word.to_owned(),
                None if clause == 'f' => format!("{value:.precision$}"),
                None => number::scientific(value, precision),
            }
        }
        _ => match whole(clause, item, budget)? {
            Whole::Text(text) => text,
            Whole::Refused(only) => return Err(refused(only)),
        },
    };
    made.push_str(&text);
    Ok(())
}

fn string_clause(item: &Value<'_>) -> EvalError {
    let message = "error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, \
                   lists, types, durations, and timestamps, was given";
    EvalError::argument(format!("{message} {}", item.type_of().name()))
}

/// A value in an error, as Go prints it.
pub(in crate::cel) fn shown(item: &Value<'_>) -> String {
    match item {
        Value::Str(text) => text.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Null => "NULL_VALUE".to_owned(),
        Value::Double(value) => super::double(*value),
        other => format!("{other:?}"),
    }
}

fn plain(item: &Value<'_>, made: &mut String, budget: &mut Budget) -> Result<(), EvalError> {
    budget.take(1)?;
    match item {
        Value::Null => made.push_str("null"),
        Value::Bool(value) => made.push_str(&value.to_string()),
        Value::Int(value) => made.push_str(&value.to_string()),
        Value::Uint(value) => made.push_str(&value.to_string()),
        Value::Double(value) => match number::word(*value) {
            Some(word) => made.push_str(word),
            None => made.push_str(&value.to_string()),
        },
        Value::Str(text) => {
            budget.text(text.len())?;
            made.push_str(text);
        }
        Value::Bytes(bytes) => {
            budget.text(bytes.len())?;
            made.push_str(&String::from_utf8_lossy(bytes));
        }
        Value::Type(named) => made.push_str(named.name()),
        Value::Duration(duration) => made.push_str(&duration.to_string()),
        Value::Timestamp(timestamp) => made.push_str(&timestamp.to_string()),
        Value::Optional(_) | Value::Opaque(_) | Value::Struct(_) => {
            return Err(string_clause(item));
        }
        Value::List(_) | Value::Keyed(_) | Value::Map(_) | Value::Node(_) => {
            return collection(item, ": ", made, budget, plain);
        }
    }
    Ok(())
}
