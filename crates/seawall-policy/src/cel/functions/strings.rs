//! cel-go's extension of strings, in the version that the API server offers.
//!
//! Invariant: places are code points, never bytes.
//! Source: <https://pkg.go.dev/github.com/google/cel-go/ext#Strings>.

use super::super::limits::Budget;
use super::super::value::Value;
use super::super::{ErrorKind, EvalError};
use super::{Entry, format};

pub(super) const FUNCTIONS: &[Entry] = &[
    ("charAt", true, 2, 2, char_at),
    ("indexOf", true, 2, 3, index_of),
    ("lastIndexOf", true, 2, 3, last_index_of),
    ("lowerAscii", true, 1, 1, lower_ascii),
    ("upperAscii", true, 1, 1, upper_ascii),
    ("replace", true, 3, 4, replace),
    ("split", true, 2, 3, split),
    ("substring", true, 2, 3, substring),
    ("trim", true, 1, 1, trim),
    ("join", true, 1, 2, join),
    ("strings.quote", false, 1, 1, quote),
    ("format", true, 2, 2, format::format),
];

fn out_of_range(place: i64) -> EvalError {
    EvalError::new(ErrorKind::OutOfBounds, format!("index out of range: {place}"))
}

fn int<'v>(number: usize) -> Value<'v> {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The byte at which a code point begins; the end is one past the last.
fn byte_at(text: &str, place: i64) -> Result<usize, EvalError> {
    let place_of = usize::try_from(place).map_err(|_| out_of_range(place))?;
    let mut starts = text.char_indices().map(|(byte, _)| byte).chain([text.len()]);
    starts.nth(place_of).ok_or_else(|| out_of_range(place))
}

fn char_at<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let [Value::Str(text), Value::Int(place)] = args else { return Err(EvalError::overload()) };
    budget.text(text.len())?;
    let byte = byte_at(text, *place)?;
    let char = text.get(byte..).and_then(|rest| rest.chars().next());
    Ok(Value::text(char.map(String::from).unwrap_or_default()))
}

fn index_of<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let (text, part, from) = match args {
        [Value::Str(text), Value::Str(part)] => (text, part, 0),
        [Value::Str(text), Value::Str(part), Value::Int(from)] => (text, part, *from),
        _ => return Err(EvalError::overload()),
    };
    budget.text(text.len())?;
    if part.is_empty() && args.len() == 2 {
        return Ok(Value::Int(0));
    }
    let start = byte_at(text, from)?;
    let found = text.get(start..).and_then(|rest| rest.find(&**part)).map(|byte| start + byte);
    Ok(match found.and_then(|byte| text.get(..byte)) {
        Some(before) => int(before.chars().count()),
        None => Value::Int(-1),
    })
}

fn last_index_of<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let (text, part, from) = match args {
        [Value::Str(text), Value::Str(part)] => (text, part, None),
        [Value::Str(text), Value::Str(part), Value::Int(from)] => (text, part, Some(*from)),
        _ => return Err(EvalError::overload()),
    };
    budget.text(text.len())?;
    let last = match from {
        Some(from) => byte_at(text, from)?,
        None => text.len(),
    };
    // A part may begin at the last place and go beyond it.
    let end = (last + part.len()).min(text.len());
    let end = (end..=text.len()).find(|byte| text.is_char_boundary(*byte)).unwrap_or(text.len());
    let within = text.get(..end).unwrap_or(text);
    let found = within.rmatch_indices(&**part).map(|(byte, _)| byte).find(|byte| *byte <= last);
    Ok(match found.and_then(|byte| text.get(..byte)) {
        Some(before) => int(before.chars().count()),
        None => Value::Int(-1),
    })
}

fn changed<'v>(
    args: &[Value<'v>],
    budget: &mut Budget,
    change: impl Fn(&str) -> String,
) -> Result<Value<'v>, EvalError> {
    let [Value::Str(text)] = args else { return Err(EvalError::overload()) };
    budget.text(text.len())?;
    Ok(Value::text(change(text)))
}

fn lower_ascii<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    changed(args, budget, str::to_ascii_lowercase)
}

fn upper_ascii<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    changed(args, budget, str::to_ascii_uppercase)
}

fn trim<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    changed(args, budget, |text| text.trim().to_owned())
}

fn replace<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let (text, old, new, most) = match args {
        [Value::Str(text), Value::Str(old), Value::Str(new)] => (text, old, new, -1),
        [Value::Str(text), Value::Str(old), Value::Str(new), Value::Int(most)] => (text, old, new, *most),
        _ => return Err(EvalError::overload()),
    };
    // A negative number means all of them.
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    budget.text(text.len())?;
    budget.text(text.matches(&**old).take(most).count().saturating_mul(new.len()))?;
    Ok(Value::text(text.replacen(&**old, new, most)))
}

fn split<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let (text, separator, most) = match args {
        [Value::Str(text), Value::Str(separator)] => (text, separator, -1),
        [Value::Str(text), Value::Str(separator), Value::Int(most)] => (text, separator, *most),
        _ => return Err(EvalError::overload()),
    };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    // Every part is a text of its own.
    budget.take(text.len())?;
    let parts: Vec<String> = match (most, separator.is_empty()) {
        (0, _) => Vec::new(),
        (_, false) => text.splitn(most, &**separator).map(str::to_owned).collect(),
        (_, true) => {
            let cut = most.saturating_sub(1);
            let singles = text.chars().take(cut).map(String::from);
            let rest: String = text.chars().skip(cut).collect();
            singles.chain((!rest.is_empty()).then_some(rest)).collect()
        }
    };
    Ok(Value::list(parts.into_iter().map(Value::text).collect()))
}

fn substring<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let (text, from, to) = match args {
        [Value::Str(text), Value::Int(from)] => (text, *from, None),
        [Value::Str(text), Value::Int(from), Value::Int(to)] => (text, *from, Some(*to)),
        _ => return Err(EvalError::overload()),
    };
    budget.text(text.len())?;
    let start = byte_at(text, from)?;
    let end = match to {
        Some(to) => byte_at(text, to)?,
        None => text.len(),
    };
    let part = text.get(start..end);
    part.map(Value::text).ok_or_else(|| {
        let message = format!("invalid substring range. start: {from}, end: {}", to.unwrap_or_default());
        EvalError::new(ErrorKind::OutOfBounds, message)
    })
}

fn join<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let (list, separator) = match args {
        [list] => (list, ""),
        [list, Value::Str(separator)] => (list, &**separator),
        _ => return Err(EvalError::overload()),
    };
    let items = list.items().ok_or_else(EvalError::overload)?;
    budget.text(items.len())?;
    let mut joined = String::new();
    for (place, item) in items.iter().enumerate() {
        let Value::Str(item) = item else { return Err(EvalError::overload()) };
        budget.text(item.len() + separator.len() + 10)?;
        if place > 0 {
            joined.push_str(separator);
        }
        joined.push_str(item);
    }
    Ok(Value::text(joined))
}

fn quote<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    changed(args, budget, |text| {
        let mut quoted = String::with_capacity(text.len() + 2);
        quoted.push('"');
        for char in text.chars() {
            match char {
                '\x07' => quoted.push_str("\\a"),
                '\x08' => quoted.push_str("\\b"),
                '\x0c' => quoted.push_str("\\f"),
                '\n' => quoted.push_str("\\n"),
                '\r' => quoted.push_str("\\r"),
                '\t' => quoted.push_str("\\t"),
                '\x0b' => quoted.push_str("\\v"),
                '\\' => quoted.push_str("\\\\"),
                '"' => quoted.push_str("\\\""),
                other => quoted.push(other),
            }
        }
        quoted.push('"');
        quoted
    })
}
