//! JSON numbers as Kubernetes' decoder types them.

/// A number of the three kinds that a tree knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Int(i64),
    UInt(u64),
    Float(f64),
}

/// Why a number was not read; the length is that of the part that could be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadNumber {
    /// Not JSON's grammar; the offset of the byte that does not fit.
    Syntax(usize),
    /// Outside the range of a 64-bit float.
    Range(usize),
}

/// Digits of which every combination fits in an `i64`.
const SAFE_DIGITS: usize = 18;

/// Reads the number at the start of `text`; gives it with its length.
#[inline]
pub(super) fn number(text: &str) -> Result<(Number, usize), BadNumber> {
    let bytes = text.as_bytes();
    let negative = bytes.first() == Some(&b'-');
    let first = usize::from(negative);
    let mut at = first;
    let mut value = 0_i64;
    while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
        value = value.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
        at += 1;
    }
    let leading_zero = at > first + 1 && bytes.get(first) == Some(&b'0');
    if at == first || leading_zero {
        return Err(BadNumber::Syntax(if leading_zero { first + 1 } else { first }));
    }
    if matches!(bytes.get(at), Some(b'.' | b'e' | b'E')) {
        let end = fraction(bytes, at)?;
        return float(text, end);
    }
    if at - first <= SAFE_DIGITS {
        return Ok((Number::Int(if negative { -value } else { value }), at));
    }
    let digits = text.get(..at).unwrap_or("");
    match (digits.parse(), digits.parse()) {
        (Ok(int), _) => Ok((Number::Int(int), at)),
        (_, Ok(uint)) => Ok((Number::UInt(uint), at)),
        _ => float(text, at),
    }
}

fn fraction(bytes: &[u8], from: usize) -> Result<usize, BadNumber> {
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or(&[]);
        let len = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        if len == 0 { Err(BadNumber::Syntax(from)) } else { Ok(from + len) }
    };
    let mut at = from;
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        at = digits(at + 1 + usize::from(sign))?;
    }
    Ok(at)
}

fn float(text: &str, end: usize) -> Result<(Number, usize), BadNumber> {
    match text.get(..end).and_then(|digits| digits.parse::<f64>().ok()) {
        Some(float) if float.is_finite() => Ok((Number::Float(float), end)),
        _ => Err(BadNumber::Range(end)),
    }
}

#[cfg(test)]
mod tests {
    use super::{BadNumber, Number, number};

    #[test]
    fn types_follow_the_range() {
        let cases = [
            ("0", Number::Int(0)),
            ("-0", Number::Int(0)),
            ("9223372036854775807", Number::Int(i64::MAX)),
            ("-9223372036854775808", Number::Int(i64::MIN)),
            ("9223372036854775808", Number::UInt(1 << 63)),
            ("18446744073709551615", Number::UInt(u64::MAX)),
            ("18446744073709551616", Number::Float(18_446_744_073_709_551_616.0)),
            ("-9223372036854775809", Number::Float(-9_223_372_036_854_775_808.0)),
            ("1.0", Number::Float(1.0)),
            ("1e3", Number::Float(1000.0)),
            ("-2.5E-1", Number::Float(-0.25)),
            ("1e-400", Number::Float(0.0)),
        ];
        for (text, want) in cases {
            assert_eq!(number(text), Ok((want, text.len())), "{text}");
            assert_eq!(number(&format!("{text},")), Ok((want, text.len())), "{text},");
        }
    }

    #[test]
    fn refuses_what_json_refuses() {
        for (text, at) in [
            ("", 0),
            ("-", 1),
            ("-x", 1),
            ("01", 1),
            ("-01", 2),
            ("1.", 2),
            ("1.e1", 2),
            ("1e", 2),
            ("1e+", 3),
        ] {
            assert_eq!(number(text), Err(BadNumber::Syntax(at)), "{text}");
        }
        assert_eq!(number("1e400"), Err(BadNumber::Range(5)));
        assert_eq!(number("-1e400"), Err(BadNumber::Range(6)));
    }
}
