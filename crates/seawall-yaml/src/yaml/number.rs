//! Numbers as Go's `strconv` reads and writes them.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::resolve::Value;

/// A number that begins with a digit or a sign; `None` for a string.
pub(super) fn number(text: &str) -> Option<Value<'static>> {
    let plain = without_underscores(text);
    integer(&plain, Base::FromPrefix).or_else(|| float(&plain).map(Value::Float)).or_else(|| binary(&plain))
}

fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') { text.replace('_', "").into() } else { text.into() }
}

/// go-yaml's own second look at `0b…`, which lets a sign stand behind the prefix.
fn binary(plain: &str) -> Option<Value<'static>> {
    if let Some(digits) = plain.strip_prefix("0b") {
        return integer(digits, Base::Two);
    }
    let digits = plain.strip_prefix("-0b")?;
    match integer(&format!("-{digits}"), Base::Two) {
        Some(value @ Value::Int(_)) => Some(value),
        _ => None,
    }
}

#[derive(Clone, Copy)]
enum Base {
    /// `0x`, `0o`, `0b` in either case, `0` for octal, or decimal.
    FromPrefix,
    Two,
}

/// `strconv.ParseInt`, then `ParseUint` (which takes no sign).
fn integer(text: &str, base: Base) -> Option<Value<'static>> {
    let (negative, signed, digits) = match text.as_bytes() {
        [b'-', ..] => (true, true, text.get(1..)?),
        [b'+', ..] => (false, true, text.get(1..)?),
        _ => (false, false, text),
    };
    let (radix, digits) = match (base, digits.as_bytes()) {
        (Base::Two, _) => (2, digits),
        (_, [b'0', b'x' | b'X', ..]) => (16, digits.get(2..)?),
        (_, [b'0', b'o' | b'O', ..]) => (8, digits.get(2..)?),
        (_, [b'0', b'b' | b'B', ..]) => (2, digits.get(2..)?),
        (_, [b'0', _, ..]) => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    // `from_str_radix` would take another sign.
    if digits.is_empty() || matches!(digits.as_bytes().first(), Some(b'+' | b'-')) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        let int = 0_i64.checked_sub_unsigned(magnitude)?;
        return Some(Value::Int(int));
    }
    match i64::try_from(magnitude) {
        Ok(int) => Some(Value::Int(int)),
        Err(_) if signed => None,
        Err(_) => Some(Value::UInt(magnitude)),
    }
}

/// A float as YAML writes it: `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, which must be finite.
fn float(text: &str) -> Option<f64> {
    let mut rest = text.as_bytes();
    if let [b'-' | b'+', tail @ ..] = rest {
        rest = tail;
    }
    let (whole, mut rest) = digits(rest);
    if let [b'.', tail @ ..] = rest {
        let (fraction, tail) = digits(tail);
        if whole == 0 && fraction == 0 {
            return None;
        }
        rest = tail;
    } else if whole == 0 {
        return None;
    }
    if let [b'e' | b'E', tail @ ..] = rest {
        let tail = match tail {
            [b'-' | b'+', tail @ ..] => tail,
            tail => tail,
        };
        let (exponent, tail) = digits(tail);
        if exponent == 0 {
            return None;
        }
        rest = tail;
    }
    if !rest.is_empty() {
        return None;
    }
    text.parse::<f64>().ok().filter(|float| float.is_finite())
}

fn digits(bytes: &[u8]) -> (usize, &[u8]) {
    let len = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (len, bytes.get(len..).unwrap_or_default())
}

/// `strconv.ParseFloat` of a text that begins with a dot: there underscores may stand between digits.
pub(super) fn float_after_dot(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let misplaced = bytes.iter().enumerate().any(|(at, byte)| {
        *byte == b'_' && !(at > 0 && is_digit(bytes.get(at - 1)) && is_digit(bytes.get(at + 1)))
    });
    if misplaced {
        return None;
    }
    float(&without_underscores(text))
}

/// A float as a key: `strconv.FormatFloat(value, 'g', -1, 32)`, with YAML's words for what is not finite.
pub(super) fn float_key(value: f64) -> String {
    let single = value as f32;
    if single.is_nan() {
        return ".nan".to_owned();
    }
    if single.is_infinite() {
        return if single > 0.0 { ".inf".to_owned() } else { "-.inf".to_owned() };
    }
    let scientific = format!("{single:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // Where Go goes over to exponents when it writes the shortest digits.
    if (-4..6).contains(&exponent) {
        return format!("{single}");
    }
    let mut key = String::with_capacity(mantissa.len() + 4);
    let sign = if exponent < 0 { '-' } else { '+' };
    let _ = write!(key, "{mantissa}e{sign}{:02}", exponent.abs());
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_as_go_writes_single_precision() {
        for (value, key) in [
            (1.5, "1.5"),
            (1.0, "1"),
            (-0.0, "-0"),
            (100_000.0, "100000"),
            (1_000_000.0, "1e+06"),
            (1_000_000.5, "1.0000005e+06"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-1.25e30, "-1.25e+30"),
            (1e300, ".inf"),
            (f64::NEG_INFINITY, "-.inf"),
            (f64::NAN, ".nan"),
        ] {
            assert_eq!(float_key(value), key);
        }
    }

    #[test]
    fn numbers() {
        let int = |int| Some(Value::Int(int));
        let float = |float| Some(Value::Float(float));
        for (text, value) in [
            ("0644", int(420)),
            ("0o644", int(420)),
            ("0O17", int(15)),
            ("0x1F", int(31)),
            ("-0X_1f", int(-31)),
            ("0b101", int(5)),
            ("0B11", int(3)),
            ("0b-11", int(-3)),
            ("0b+11", int(3)),
            ("-0b11", int(-3)),
            ("-0b-11", None),
            ("089", float(89.0)),
            ("1_000", int(1000)),
            ("-_1", int(-1)),
            ("+", None),
            ("-", None),
            ("--1", None),
            ("0x", None),
            ("00", int(0)),
            ("9223372036854775807", int(i64::MAX)),
            ("-9223372036854775808", int(i64::MIN)),
            ("9223372036854775808", Some(Value::UInt(1 << 63))),
            ("+9223372036854775808", float(9_223_372_036_854_775_808.0)),
            ("18446744073709551616", float(18_446_744_073_709_551_616.0)),
            ("1e3", float(1000.0)),
            ("1.", float(1.0)),
            ("-.5", float(-0.5)),
            ("1e", None),
            ("1e999", None),
            ("1.2.3", None),
            ("0x1p4", None),
            ("12Mi", None),
            ("2001-01-01", None),
        ] {
            assert_eq!(number(text), value, "{text}");
        }
        for (text, value) in
            [(".5", Some(0.5)), (".5_0", Some(0.5)), ("._5", None), (".5_", None), (".", None), (".e1", None)]
        {
            assert_eq!(float_after_dot(text), value, "{text}");
        }
    }
}
