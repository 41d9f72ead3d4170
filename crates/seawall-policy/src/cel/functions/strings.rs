//! cel-go's extension of strings, in the version that the API server offers.
//!
//! Invariant: places are code points, never bytes.
//! Source: <https://pkg.go.dev/github.com/google/cel-go/ext#Strings>.

use super::super::limits::Budget;
use super::super::value::Value;
use super::super::{ErrorKind, EvalError};
use super::{Cost, Function, Kind, Only, format, format_go, global, int, lists, method};

pub(super) const FUNCTIONS: &[Function] = &[
    method("charAt", 2, 2, char_at).gives(Kind::Str),
    method("indexOf", 2, 3, index_of).cost(Cost::Traversal),
    method("lastIndexOf", 2, 3, last_index_of).cost(Cost::Traversal),
    method("lowerAscii", 1, 1, lower_ascii).cost(Cost::Text).gives(Kind::Str),
    method("upperAscii", 1, 1, upper_ascii).cost(Cost::Text).gives(Kind::Str),
    method("replace", 3, 4, replace).cost(Cost::TextTwice).gives(Kind::Str),
    method("split", 2, 3, split).cost(Cost::TextTwice).gives(Kind::Sortable),
    method("substring", 2, 3, substring).cost(Cost::Text).gives(Kind::Str),
    method("trim", 1, 1, trim).cost(Cost::Text).gives(Kind::Str),
    method("join", 1, 2, join).cost(Cost::ResultTwice).gives(Kind::Str),
    global("strings.quote", 1, 1, quote).since(29).cost(Cost::Text).gives(Kind::Str),
    method("format", 2, 2, format::format).cost(Cost::Text).gives(Kind::Str).only(Only::Language),
    method("format", 2, 2, format_go::format)
        .since(29)
        .cost(Cost::Text)
        .gives(Kind::Str)
        .only(Only::Kubernetes),
];

fn out_of_range(place: i64) -> EvalError {
    EvalError::new(ErrorKind::OutOfBounds, format!("index out of range: {place}"))
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

/// The code points of a text and of a part, and where the search begins.
struct Search {
    text: Vec<char>,
    part: Vec<char>,
    from: i64,
}

impl Search {
    fn of(text: &str, part: &str, from: i64, budget: &mut Budget) -> Result<Self, EvalError> {
        budget.take((text.len() / 10).saturating_mul(part.len().max(1)))?;
        Ok(Search { text: text.chars().collect(), part: part.chars().collect(), from })
    }

    fn is_at(&self, place: usize) -> bool {
        self.text.get(place..).is_some_and(|rest| rest.starts_with(&self.part))
    }

    /// Where the search begins; `None` beyond the end.
    fn start(&self) -> Result<Option<usize>, EvalError> {
        let from = usize::try_from(self.from).map_err(|_| out_of_range(self.from))?;
        Ok((from < self.text.len()).then_some(from))
    }
}

/// Nothing is found at once; beyond the end there is nothing.
fn index_of<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let (text, part, from) = match args {
        [Value::Str(text), Value::Str(part)] => (text, part, 0),
        [Value::Str(text), Value::Str(part), Value::Int(from)] => (text, part, *from),
        _ => return lists::index_of(args, budget),
    };
    if part.is_empty() {
        return Ok(Value::Int(from));
    }
    let search = Search::of(text, part, from, budget)?;
    let Some(start) = search.start()? else { return Ok(Value::Int(-1)) };
    Ok((start..search.text.len()).find(|place| search.is_at(*place)).map_or(Value::Int(-1), int))
}

fn last_index_of<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let (text, part, from) = match args {
        [Value::Str(text), Value::Str(part)] => (text, part, None),
        [Value::Str(text), Value::Str(part), Value::Int(from)] => (text, part, Some(*from)),
        _ => return lists::last_index_of(args, budget),
    };
    if let (true, Some(from)) = (part.is_empty(), from) {
        return Ok(Value::Int(from));
    }
    let search = Search::of(text, part, from.unwrap_or(0), budget)?;
    let length = search.text.len();
    if part.is_empty() {
        return Ok(int(length));
    }
    let start = if from.is_some() { search.start()? } else { length.checked_sub(1) };
    let Some(start) = start else { return Ok(Value::Int(-1)) };
    let Some(last) = length.checked_sub(search.part.len()) else { return Ok(Value::Int(-1)) };
    Ok((0..=start.min(last)).rev().find(|place| search.is_at(*place)).map_or(Value::Int(-1), int))
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
    if let Some(to) = to.filter(|to| from > *to) {
        let message = format!("invalid substring range. start: {from}, end: {to}");
        return Err(EvalError::new(ErrorKind::OutOfBounds, message));
    }
    let start = byte_at(text, from)?;
    let end = to.map_or(Ok(text.len()), |to| byte_at(text, to))?;
    Ok(Value::text(text.get(start..end).unwrap_or("")))
}

fn join<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let (list, separator) = match args {
        [list] => (list, ""),
        [list, Value::Str(separator)] => (list, &**separator),
        _ => return Err(EvalError::overload()),
    };
    let items = list.items().ok_or_else(EvalError::overload)?;
    if items.first().is_some_and(|first| !matches!(first, Value::Str(_))) {
        return Err(EvalError::overload());
    }
    budget.text(items.len())?;
    let mut joined = String::new();
    for (place, item) in items.iter().enumerate() {
        let Value::Str(item) = item else {
            return Err(EvalError::argument(format!("join: invalid input: {}", format::shown(item))));
        };
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
