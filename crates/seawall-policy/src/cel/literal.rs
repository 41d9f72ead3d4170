//! Numbers, strings and bytes.
//!
//! Invariant: what comes out is the value; a literal that has none (an overflow, a surrogate, an unknown escape) is an
//! error and never a different value.

use super::lex::Token;

pub(super) fn number(text: &str) -> Result<(Token<'_>, &str), String> {
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let cut = |at: usize| text.split_at_checked(at).unwrap_or((text, ""));
    if let Some(hex) = text.strip_prefix("0x") {
        let length = hex.len() - hex.trim_start_matches(|c: char| c.is_ascii_hexdigit()).len();
        let (digits, rest) = hex.split_at_checked(length).unwrap_or((hex, ""));
        return whole(u64::from_str_radix(digits, 16).ok(), rest);
    }
    let mut end = digits(text);
    let mut float = false;
    if let Some(fraction) = cut(end).1.strip_prefix('.').map(digits).filter(|length| *length > 0) {
        end += 1 + fraction;
        float = true;
    }
    if let Some(exponent) = cut(end).1.strip_prefix(['e', 'E']) {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let length = digits(unsigned);
        if length > 0 {
            end += 1 + (exponent.len() - unsigned.len()) + length;
            float = true;
        }
    }
    let (number, rest) = cut(end);
    if float {
        return match number.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok((Token::Double(value), rest)),
            _ => Err("invalid double literal".to_owned()),
        };
    }
    whole(number.parse().ok(), rest)
}

fn whole(value: Option<u64>, rest: &str) -> Result<(Token<'_>, &str), String> {
    match (rest.strip_prefix(['u', 'U']), value) {
        (Some(rest), Some(value)) => Ok((Token::Uint(value), rest)),
        (None, Some(value)) => Ok((Token::Int(value), rest)),
        (Some(_), None) => Err("invalid uint literal".to_owned()),
        (None, None) => Err("invalid int literal".to_owned()),
    }
}

/// What follows a string that begins with its quote; the length of what can be read of it where it does not end, with the
/// character that is wrong.
pub(super) fn end(text: &str, raw: bool) -> Result<&str, usize> {
    let quote = quote(text);
    let mut rest = text.strip_prefix(quote).unwrap_or(text);
    loop {
        if let Some(after) = rest.strip_prefix(quote) {
            return Ok(after);
        }
        let mut chars = rest.chars();
        let read = |rest: &str| text.len() - rest.len();
        match chars.next() {
            None => return Err(text.len()),
            Some('\n' | '\r') if quote.len() == 1 => return Err(read(chars.as_str())),
            Some('\\') if !raw => {
                let (length, radix) = match chars.clone().next() {
                    Some('x' | 'X') => (2, 16),
                    Some('u') => (4, 16),
                    Some('U') => (8, 16),
                    Some('0'..='3') => (2, 8),
                    Some(simple) if "abfnrtv\\?\"'`".contains(simple) => (0, 10),
                    other => return Err(read(chars.as_str()) + other.map_or(0, char::len_utf8)),
                };
                chars.next();
                for _ in 0..length {
                    match chars.next() {
                        Some(digit) if digit.is_digit(radix) => {}
                        _ => return Err(read(chars.as_str())),
                    }
                }
                rest = chars.as_str();
            }
            Some(_) => rest = chars.as_str(),
        }
    }
}

fn quote(text: &str) -> &'static str {
    ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| text.starts_with(quote)).unwrap_or("'")
}

/// Reads a string that begins with its quote and has an end.
pub(super) fn string(text: &str, raw: bool, bytes: bool) -> Result<(Token<'_>, &str), String> {
    let quote = quote(text);
    let mut rest = text.strip_prefix(quote).unwrap_or(text);
    let mut value = Value { bytes: bytes.then(Vec::new), text: String::new() };
    loop {
        if let Some(after) = rest.strip_prefix(quote) {
            let token = match value.bytes {
                Some(bytes) => Token::Bytes(bytes),
                None => Token::Str(value.text),
            };
            return Ok((token, after));
        }
        let mut chars = rest.chars();
        match chars.next() {
            None => return Err("a string that does not end".to_owned()),
            Some('\n' | '\r') if quote.len() == 1 => return Err("a line ends inside of a string".to_owned()),
            // A line ends with a line feed, however it was written.
            Some('\r') => {
                value.push('\n');
                rest = chars.as_str();
                rest = rest.strip_prefix('\n').unwrap_or(rest);
            }
            Some('\\') if !raw => rest = escape(chars.as_str(), &mut value)?,
            Some(char) => {
                value.push(char);
                rest = chars.as_str();
            }
        }
    }
}

struct Value {
    bytes: Option<Vec<u8>>,
    text: String,
}

impl Value {
    fn push(&mut self, char: char) {
        match &mut self.bytes {
            Some(bytes) => bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
            None => self.text.push(char),
        }
    }

    /// `\x` and octal escapes are bytes in bytes, and code points in strings.
    fn push_code(&mut self, code: u32) -> Result<(), String> {
        match &mut self.bytes {
            Some(bytes) => {
                bytes.push(u8::try_from(code).map_err(|_| "unable to unescape string".to_owned())?)
            }
            None => {
                self.text.push(char::from_u32(code).ok_or_else(|| "invalid unicode code point".to_owned())?);
            }
        }
        Ok(())
    }
}

/// Reads what stands after a backslash.
fn escape<'s>(text: &'s str, value: &mut Value) -> Result<&'s str, String> {
    let mut chars = text.chars();
    let first = chars.next().ok_or("a string that does not end")?;
    let simple = match first {
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '\\' | '?' | '"' | '\'' | '`' => first,
        'x' | 'X' => return code(chars.as_str(), 2, 16, value),
        'u' if value.bytes.is_none() => return code(chars.as_str(), 4, 16, value),
        'U' if value.bytes.is_none() => return code(chars.as_str(), 8, 16, value),
        '0'..='3' => return code(text, 3, 8, value),
        _ => return Err("unable to unescape string".to_owned()),
    };
    value.push(simple);
    Ok(chars.as_str())
}

fn code<'s>(text: &'s str, length: usize, radix: u32, value: &mut Value) -> Result<&'s str, String> {
    let wrong = || format!("an escape needs {length} digits");
    let (digits, rest) = text.split_at_checked(length).ok_or_else(wrong)?;
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(wrong());
    }
    value.push_code(u32::from_str_radix(digits, radix).map_err(|_| wrong())?)?;
    Ok(rest)
}
