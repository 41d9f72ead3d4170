//! Small pieces of JSON.

use std::fmt::Write as _;

/// Appends a string in quotes.
pub(crate) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            // Also what ends a line for some readers.
            '\u{0}'..='\u{1f}' | '\u{2028}' | '\u{2029}' => _ = write!(out, "\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Appends an object whose values are strings; an empty value is left out.
pub(crate) fn write_texts(fields: &[(&str, &str)], out: &mut String) {
    out.push('{');
    let mut first = true;
    for (key, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        if !first {
            out.push(',');
        }
        first = false;
        write_string(key, out);
        out.push(':');
        write_string(value, out);
    }
    out.push('}');
}

/// Appends `"key":[…]` of objects, with a comma before it, unless there are none.
pub(crate) fn write_list<'a>(
    key: &str,
    entries: impl IntoIterator<Item = Vec<(&'a str, &'a str)>>,
    out: &mut String,
) {
    let mut entries = entries.into_iter().peekable();
    if entries.peek().is_none() {
        return;
    }
    out.push(',');
    write_string(key, out);
    out.push_str(":[");
    let mut first = true;
    for entry in entries {
        if !first {
            out.push(',');
        }
        first = false;
        write_texts(&entry, out);
    }
    out.push(']');
}
