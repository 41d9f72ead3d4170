//! JSON that is also safe to print on a terminal, and that repeats no token.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::is_hidden;
use crate::token::redact;

/// Compact JSON in which hidden characters are written as `\uXXXX`: the same value, but nothing a terminal obeys. Only
/// what has the shape of a token is another value: `***`. No token has a character that JSON escapes, so each lies in one
/// fragment.
struct Safe;

impl Formatter for Safe {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let fragment = redact(fragment);
        // Below DEL the serialiser has escaped what is hidden already.
        if fragment.bytes().all(|byte| byte < 0x7f) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut buffer = [0; 4];
        for c in fragment.chars() {
            if is_hidden(c) {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            } else {
                writer.write_all(c.encode_utf8(&mut buffer).as_bytes())?;
            }
        }
        Ok(())
    }
}

/// The same in lines, as people read it.
#[derive(Default)]
struct SafePretty(PrettyFormatter<'static>);

impl Formatter for SafePretty {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        Safe.write_string_fragment(writer, fragment)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

/// A value in indented lines with a line break at the end, as safe to print as a report.
///
/// # Errors
/// When the value cannot be serialised.
pub fn pretty_json(value: &impl Serialize) -> serde_json::Result<String> {
    let mut out = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut out, SafePretty::default()))?;
    out.push(b'\n');
    // What is hidden was written in ASCII, and the rest was text before.
    String::from_utf8(out).map_err(serde::ser::Error::custom)
}

/// Writes a value.
pub(crate) fn write_value(value: &impl Serialize, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Safe))?;
    Ok(())
}

/// Writes a value and a newline.
pub(crate) fn write_json(value: &impl Serialize, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    write_value(value, out)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_value_is_the_same_and_nothing_hidden_is_left(text: String) {
            let text = format!("{text}\u{7f}\u{9b}\u{202e}\u{e0001}世");
            let mut out = Vec::new();
            write_json(&text, &mut out).unwrap();
            let written = String::from_utf8(out).unwrap();
            proptest::prop_assert!(!written.trim_end().chars().any(is_hidden));
            proptest::prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }

        /// Beside what is hidden, lines are those of the serialiser.
        #[test]
        fn lines_are_the_usual_ones(words: Vec<String>) {
            let value = serde_json::json!({"words": words, "none": [], "empty": {}, "deep": [{"a": [1, null]}]});
            let written = pretty_json(&value).unwrap();
            proptest::prop_assert!(!written.chars().any(|c| c != '\n' && is_hidden(c)));
            proptest::prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), value.clone());
            let usual = serde_json::to_string_pretty(&value).unwrap() + "\n";
            proptest::prop_assert_eq!(written.lines().count(), usual.lines().count());
            if usual.is_ascii() && !usual.contains('\u{7f}') {
                proptest::prop_assert_eq!(written, usual);
            }
        }
    }
}
