//! JSON that is also safe to print on a terminal, and that repeats no token.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

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
    }
}
