//! Built-in functions: which there are, and what happens when one fails.
//!
//! OPA makes a failing built-in function undefined. The engine fails, and also where OPA would not (a pattern that is too
//! big, a verb of `sprintf` that it does not know). So every function stands behind a guard: a failure that OPA shares is
//! undefined; any other one, and a result that is too big, ends the evaluation and is no verdict.

use std::cell::RefCell;

use regorus::unstable::{BUILTINS, Expr, Ref, Span};
use regorus::{Engine, Source, Value};

use super::written;

/// Functions that the engine has or OPA has, and that no template may call.
const FORBIDDEN: &[(&str, &str)] = &[
    ("external_data", "external data (`Provider`) is not supported"),
    ("http.send", "it would ask the network; Gatekeeper disables it, too"),
    ("net.lookup_ip_addr", "it would ask the network"),
    ("opa.runtime", "it would read the environment"),
    ("rand.intn", "a verdict must not depend on chance"),
    ("time.now_ns", "a verdict must not depend on the clock"),
    ("uuid.rfc4122", "a verdict must not depend on chance"),
];

/// Functions whose failures are failures of their arguments, in OPA as in the engine.
const SHARED: &[&str] = &[
    "base64.decode",
    "base64url.decode",
    "format_int",
    "hex.decode",
    "indexof",
    "json.filter",
    "json.remove",
    "json.unmarshal",
    "max",
    "min",
    "net.cidr_contains",
    "net.cidr_expand",
    "object.get",
    "object.remove",
    "object.union_n",
    "semver.compare",
    "substring",
    "to_number",
    "units.parse",
    "units.parse_bytes",
];

/// The greatest result, in bytes of a text or in items of a list, set or object.
const MOST: usize = 1 << 20;
/// The greatest number of items that a range may have, and of bits that a number may be shifted.
const MOST_RANGE: i64 = 1 << 16;

thread_local! {
    /// Why the evaluation on this thread is no verdict.
    static SPOILED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Takes the reason why the evaluation that ended on this thread is no verdict.
pub(super) fn spoiled() -> Option<String> {
    SPOILED.with_borrow_mut(Option::take)
}

/// What is known of a function by this name.
pub(super) enum Known {
    /// It takes so many arguments.
    Arguments(usize),
    /// It may not be called, and why.
    Forbidden(&'static str),
    Missing,
}

pub(super) fn known(name: &str) -> Known {
    if let Some((_, why)) = FORBIDDEN.iter().find(|(own, _)| *own == name) {
        return Known::Forbidden(why);
    }
    // Printing is removed by Gatekeeper unless it is asked for; here it says nothing.
    match BUILTINS.get(name) {
        _ if name == "print" => Known::Arguments(usize::MAX),
        Some((_, arguments)) => Known::Arguments(usize::from(*arguments)),
        None => Known::Missing,
    }
}

/// Puts guards before the functions that a template calls.
///
/// # Errors
/// What the engine says.
pub(super) fn guard(engine: &mut Engine, name: &'static str) -> Result<(), String> {
    // The engine makes the values of `walk` itself, while it looks for them.
    if matches!(name, "walk" | "print" | "trace") {
        return Ok(());
    }
    let Some((function, arguments)) = BUILTINS.get(name) else { return Ok(()) };
    let (function, arguments) = (*function, *arguments);
    let source = Source::from_contents(name.to_owned(), " ".to_owned()).map_err(|error| error.to_string())?;
    let span = Span { source, line: 1, col: 1, start: 0, end: 0 };
    let nothing = || Ref::new(Expr::Null { span: span.clone(), value: Value::Null, eidx: 0 });
    let params: Vec<Ref<Expr>> = (0..=arguments).map(|_| nothing()).collect();
    let guarded = move |values: Vec<Value>| {
        if let Some(why) = too_much(name, &values) {
            spoil(format!("`{name}` was stopped: {why}"));
            return Err(span.error("stopped"));
        }
        let values = if name == "sprintf" { with_arguments(values) } else { values };
        match function(&span, params.get(..values.len()).unwrap_or(&params), &values, true) {
            Ok(value) if size(&value) > MOST => {
                spoil(format!("`{name}` was stopped: its result is greater than {MOST}"));
                Err(span.error("stopped"))
            }
            Ok(value) => Ok(value),
            Err(error) => {
                let said = written::essence(&error.to_string());
                if SHARED.contains(&name) || (said.contains(" expects ") && !said.contains("expects a valid"))
                {
                    return Ok(Value::Undefined);
                }
                spoil(format!("`{name}` failed: {said}"));
                Err(error)
            }
        }
    };
    engine.add_extension(name.to_owned(), arguments, Box::new(guarded)).map_err(|error| error.to_string())
}

/// What `sprintf` gets, with `%!v(MISSING)` in place of verbs that have no argument, as OPA prints them.
fn with_arguments(mut values: Vec<Value>) -> Vec<Value> {
    let [Value::String(format), Value::Array(arguments)] = values.as_slice() else { return values };
    let mut out = String::with_capacity(format.len());
    let mut verbs = 0;
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' || chars.peek() == Some(&'%') {
            out.push(c);
            // Both signs of a pair go together.
            if c == '%' {
                out.extend(chars.next());
            }
            continue;
        }
        let mut flags = String::new();
        while let Some(flag) = chars.next_if(|c| "+-# 0123456789.".contains(*c)) {
            flags.push(flag);
        }
        let Some(verb) = chars.next() else {
            out.push('%');
            out.push_str(&flags);
            continue;
        };
        verbs += 1;
        if verbs > arguments.len() {
            out.push_str(&format!("%%!{verb}(MISSING)"));
        } else {
            out.push('%');
            out.push_str(&flags);
            out.push(verb);
        }
    }
    if verbs > arguments.len()
        && let Some(first) = values.first_mut()
    {
        *first = Value::String(out.into());
    }
    values
}

/// The first reason counts.
fn spoil(why: String) {
    SPOILED.with_borrow_mut(|spoiled| _ = spoiled.get_or_insert(why));
}

fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.len(),
        Value::Set(items) => items.len(),
        Value::Object(fields) => fields.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Undefined => 0,
    }
}

/// Why a call would take too much before its result could be looked at.
fn too_much(name: &str, values: &[Value]) -> Option<&'static str> {
    let number = |place: usize| values.get(place).and_then(|value| value.as_i64().ok());
    match name {
        "numbers.range" | "numbers.range_step" => {
            let (Some(from), Some(to)) = (number(0), number(1)) else {
                return Some("the range has no end in 64 bits");
            };
            (from.abs_diff(to) > MOST_RANGE.unsigned_abs()).then_some("the range is too long")
        }
        "bits.lsh" => (number(1)? > MOST_RANGE).then_some("it shifts too far"),
        "sprintf" => {
            let Some(Value::String(format)) = values.first() else { return None };
            let wide = format.split('%').skip(1).any(|verb| {
                let flags = verb.trim_start_matches(['+', '-', '#', ' ', '0']);
                flags
                    .split('.')
                    .take(2)
                    .any(|digits| digits.bytes().take_while(u8::is_ascii_digit).count() > 3)
            });
            wide.then_some("a width is greater than 999")
        }
        "net.cidr_expand" => {
            let Some(Value::String(range)) = values.first() else { return None };
            let prefix: u32 = range.rsplit_once('/')?.1.parse().ok()?;
            let bits = if range.contains(':') { 128 } else { 32 };
            (bits - prefix.min(bits) > 16).then_some("the network is too big")
        }
        "strings.replace_n" | "replace" | "concat" => {
            // A result is at most as long as its arguments together, times the number of places.
            let length: usize = values.iter().map(length).sum();
            (length > MOST).then_some("its arguments are too long")
        }
        _ => None,
    }
}

fn length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(length).sum(),
        Value::Set(items) => items.iter().map(length).sum(),
        Value::Object(fields) => fields.iter().map(|(key, value)| length(key) + length(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Undefined => 0,
    }
}
