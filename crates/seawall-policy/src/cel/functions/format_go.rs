//! `'%s of %d'.format([a, b])` as the API server has it: the first version of cel-go's function, which writes numbers as
//! English has them, and texts within lists and maps in quotes.
//!
//! Invariant: what is made is paid for while it is made, so that no value of any depth makes much more than fits.
//! Source: cel-go `ext/formatting.go`.

use super::super::limits::Budget;
use super::super::quote::quoted;
use super::super::value::Value;
use super::super::{ErrorKind, EvalError};
use super::format_parts::{Whole, collection, whole};
use super::number;

/// More digits after the point than anybody asks for.
const MOST_DIGITS: usize = 1_000;

pub(super) fn format<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let [Value::Str(text), list] = args else { return Err(EvalError::overload()) };
    let items = list.items().ok_or_else(EvalError::overload)?;
    budget.text(text.len() + items.len())?;
    let mut made = String::new();
    let mut items = items.iter().enumerate();
    let mut taken = 0;
    let mut rest: &str = text;
    while let Some((before, after)) = rest.split_once('%') {
        made.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            made.push('%');
            rest = after;
            continue;
        }
        let item = items.next();
        if after.is_empty() {
            return Err(EvalError::argument("unexpected end of string"));
        }
        let out_of_range = || EvalError::new(ErrorKind::OutOfBounds, format!("index {taken} out of range"));
        let (_, item) = item.ok_or_else(out_of_range)?;
        taken += 1;
        let (precision, after) = precision(after)?;
        let clause = after.chars().next().ok_or_else(end_of_precision)?;
        let length = made.len();
        write(clause, precision, item, &mut made, budget)?;
        budget.text(made.len() - length)?;
        rest = after.get(clause.len_utf8()..).unwrap_or("");
    }
    made.push_str(rest);
    Ok(Value::text(made))
}

fn unreadable(what: &str) -> EvalError {
    EvalError::argument(format!("could not parse formatting clause: {what}"))
}

fn end_of_precision() -> EvalError {
    unreadable("error while parsing precision: could not find end of precision specifier")
}

/// `.3`, when it is there.
fn precision(text: &str) -> Result<(Option<usize>, &str), EvalError> {
    let Some(digits) = text.strip_prefix('.') else { return Ok((None, text)) };
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.is_empty() {
        return Err(end_of_precision());
    }
    let digits = digits.get(..digits.len() - rest.len()).unwrap_or("");
    match digits.parse() {
        Ok(precision) if precision <= MOST_DIGITS => Ok((Some(precision), rest)),
        _ => {
            let message = "error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing";
            Err(unreadable(&format!("{message} {}: invalid syntax", quoted(digits))))
        }
    }
}

fn failed(what: &str) -> EvalError {
    EvalError::argument(format!("error during formatting: {what}"))
}

fn refused(only: &str, item: &Value<'_>) -> EvalError {
    failed(&format!("{only}, was given {}", item.type_of().name()))
}

fn write(
    clause: char,
    precision: Option<usize>,
    item: &Value<'_>,
    made: &mut String,
    budget: &mut Budget,
) -> Result<(), EvalError> {
    let text = match clause {
        's' => return plain(item, made, budget),
        'f' | 'e' => {
            let only = if clause == 'f' {
                "fixed-point clause can only be used on doubles"
            } else {
                "scientific clause can only be used on doubles"
            };
            let value = double(item).ok_or_else(|| refused(only, item))?;
            let precision = precision.unwrap_or(6);
            if clause == 'f' { fixed(value, precision) } else { scientific(value, precision) }
        }
        'd' | 'b' | 'o' | 'x' | 'X' => match whole(clause, item, budget)? {
            Whole::Text(text) => text,
            Whole::Refused(only) => return Err(refused(only, item)),
        },
        other => return Err(unreadable(&format!("unrecognized formatting clause \"{other}\""))),
    };
    made.push_str(&text);
    Ok(())
}

fn double(item: &Value<'_>) -> Option<f64> {
    match item {
        Value::Double(value) => Some(*value),
        Value::Str(text) => match &**text {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

fn word(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value.is_infinite() {
        Some(if value > 0.0 { "∞" } else { "-∞" })
    } else {
        None
    }
}

/// With commas between thousands.
fn fixed(value: f64, precision: usize) -> String {
    if let Some(word) = word(value) {
        return word.to_owned();
    }
    let text = format!("{:.precision$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if value < 0.0 {
        out.push('-');
    }
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if precision > 0 {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// `1.500000×10⁻⁰⁴`: upstream takes what is written as a precision for a width.
fn scientific(value: f64, width: usize) -> String {
    if let Some(word) = word(value) {
        return format!("{word:>width$}");
    }
    let value = if value == 0.0 { 0.0 } else { value };
    let text = format!("{value:.6e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ("⁻", exponent),
        None => ("", exponent),
    };
    let exponent: String = format!("{exponent:0>2}").chars().filter_map(raised).collect();
    let number = format!("{mantissa}×10{sign}{exponent}");
    format!("{number:>width$}")
}

fn raised(digit: char) -> Option<char> {
    let raised = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    digit.to_digit(10).and_then(|digit| raised.get(digit as usize).copied())
}

fn utf8(bytes: &[u8]) -> Result<&str, EvalError> {
    let argument = quoted("invalid UTF-8 in bytes, cannot convert to string");
    std::str::from_utf8(bytes)
        .map_err(|_| failed(&format!("could not convert argument {argument} to string")))
}

fn plain(item: &Value<'_>, made: &mut String, budget: &mut Budget) -> Result<(), EvalError> {
    match item {
        Value::Double(value) => made.push_str(&number::shortest(*value)),
        Value::Str(text) => {
            budget.text(text.len())?;
            made.push_str(text);
        }
        Value::Bytes(bytes) => {
            budget.text(bytes.len())?;
            made.push_str(utf8(bytes)?);
        }
        Value::Duration(duration) => made.push_str(&duration.to_string()),
        Value::Timestamp(timestamp) => made.push_str(&timestamp.to_string()),
        other => return within(other, made, budget),
    }
    Ok(())
}

/// An item of a list or a map: as it would be written in an expression.
fn within(item: &Value<'_>, made: &mut String, budget: &mut Budget) -> Result<(), EvalError> {
    budget.take(1)?;
    match item {
        Value::Null => made.push_str("null"),
        Value::Bool(value) => made.push_str(&value.to_string()),
        Value::Int(value) => made.push_str(&value.to_string()),
        Value::Uint(value) => made.push_str(&value.to_string()),
        Value::Double(value) if !value.is_finite() => {
            made.push_str(&quoted(if value.is_nan() { "NaN" } else { signed_infinity(*value) }));
        }
        Value::Double(value) => made.push_str(&format!("{value:.6}")),
        Value::Str(text) => {
            budget.text(text.len())?;
            made.push_str(&quoted(text));
        }
        Value::Bytes(bytes) => {
            budget.text(bytes.len())?;
            made.push('b');
            made.push_str(&quoted(utf8(bytes)?));
        }
        Value::Type(named) => made.push_str(named.name()),
        Value::Duration(duration) => made.push_str(&format!("duration({})", quoted(&duration.to_string()))),
        Value::Timestamp(timestamp) => {
            made.push_str(&format!("timestamp({})", quoted(&timestamp.to_string())))
        }
        Value::Optional(_) | Value::Opaque(_) | Value::Struct(_) => {
            let only = "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, \
                        durations, and timestamps";
            return Err(refused(only, item));
        }
        Value::List(_) | Value::Keyed(_) | Value::Map(_) | Value::Node(_) => {
            return collection(item, ":", made, budget, within);
        }
    }
    Ok(())
}

fn signed_infinity(value: f64) -> &'static str {
    if value > 0.0 { "+Inf" } else { "-Inf" }
}
