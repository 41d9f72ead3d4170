//! Quantities (`500m`, `1Gi`) in the form in which the API server writes them:
//! `apimachinery/pkg/api/resource/quantity.go`.

use std::borrow::Cow;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// `k`, `M`, `m` …
    Decimal,
    /// `e3`
    Exponent,
    /// `Ki`, `Mi` …
    Binary,
}

/// A quantity: digits times a power of ten, and how it was written.
#[derive(Clone, Debug)]
struct Quantity<'t> {
    negative: bool,
    /// Without leading zeros; empty for zero.
    digits: String,
    scale: i32,
    format: Format,
    /// Nothing is finer than this power of ten.
    written: Option<&'t str>,
}

/// The finest fraction that a quantity keeps.
const NANO: i32 = -9;
/// The finest fraction that a list of resources keeps.
const MILLI: i32 = -3;
/// Longer numbers do not fit in the fast form of upstream, and are never kept as they are written.
const FAST_DIGITS: usize = 18;

const DECIMAL: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];
const BINARY: [(&str, u32); 6] = [("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60)];

/// The canonical form of a quantity; `None` for a text that is none.
pub fn canonical_quantity(text: &str) -> Option<Cow<'_, str>> {
    Quantity::parse(text.trim()).map(Quantity::written)
}

/// The canonical form of a quantity in a list of resources, where fractions below a thousandth are rounded up.
pub fn canonical_resource(text: &str) -> Option<Cow<'_, str>> {
    let mut quantity = Quantity::parse(text.trim())?;
    if quantity.scale < MILLI {
        quantity.round_up(MILLI);
    }
    Some(quantity.written())
}

/// A quantity in billionths, cut at what 128 bits hold; `None` for a text that is none.
pub(crate) fn nanos(text: &str) -> Option<i128> {
    let quantity = Quantity::parse(text.trim())?;
    if quantity.digits.is_empty() {
        return Some(0);
    }
    let zeros = u32::try_from(quantity.scale - NANO).unwrap_or(0);
    let digits = quantity.digits.parse::<i128>().unwrap_or(i128::MAX);
    let value = 10_i128.checked_pow(zeros).map_or(i128::MAX, |power| digits.saturating_mul(power));
    Some(if quantity.negative { -value } else { value })
}

/// The sum of two quantities, written as the first one is, or as the second where the first is zero.
pub(crate) fn sum(first: &str, second: &str) -> Option<String> {
    let (a, b) = (Quantity::parse(first.trim())?, Quantity::parse(second.trim())?);
    let nanos = nanos(first)?.saturating_add(nanos(second)?);
    let sum = Quantity {
        negative: nanos < 0,
        digits: if nanos == 0 { String::new() } else { nanos.unsigned_abs().to_string() },
        scale: NANO,
        format: if a.digits.is_empty() { b.format } else { a.format },
        written: None,
    };
    Some(sum.written().into_owned())
}

impl<'t> Quantity<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let is_digit = |c: char| c.is_ascii_digit();
        let number_end = rest.find(|c: char| !is_digit(c)).unwrap_or(rest.len());
        let (whole, rest) = rest.split_at_checked(number_end)?;
        let (fraction, suffix, dotted) = match rest.strip_prefix('.') {
            Some(rest) => {
                let end = rest.find(|c: char| !is_digit(c)).unwrap_or(rest.len());
                let (fraction, suffix) = rest.split_at_checked(end)?;
                (fraction, suffix, true)
            }
            None => ("", rest, false),
        };
        // A sign, a dot or a suffix alone reads as zero upstream, but for what is no suffix.
        if whole.is_empty() && fraction.is_empty() && dotted && suffix.is_empty() && text != "." {
            return None;
        }
        let significant = whole.trim_start_matches('0');
        if let Some(exponent) = BINARY.iter().find(|(name, _)| *name == suffix).map(|(_, exponent)| *exponent)
        {
            return Some(Self::binary(text, negative, significant, fraction, exponent));
        }
        let (format, exponent) = match DECIMAL.iter().find(|(name, _)| *name == suffix) {
            Some((_, exponent)) => (Format::Decimal, *exponent),
            None => {
                let exponent = suffix.strip_prefix(['e', 'E'])?;
                (Format::Exponent, exponent.parse::<i32>().ok().filter(|n| n.abs() <= i32::from(i16::MAX))?)
            }
        };
        let scale = exponent - i32::try_from(fraction.len()).ok()?;
        // What upstream counts as digits: a whole part of zero is one.
        let length = significant.len().max(1) + fraction.len();
        let shifted = format!("{significant}{fraction}");
        let fast = length <= FAST_DIGITS && scale >= NANO;
        let keep = fast && scale % 3 == 0 && !significant.is_empty() && !shifted.ends_with("000");
        let mut quantity = Quantity {
            negative,
            digits: shifted.trim_start_matches('0').to_owned(),
            scale,
            format,
            written: keep.then_some(text),
        };
        if quantity.scale < NANO {
            quantity.round_up(NANO);
        }
        Some(quantity)
    }

    /// Binary suffixes make whole numbers of any size, which are cut at the largest that 64 bits hold.
    fn binary(text: &'t str, negative: bool, whole: &str, fraction: &str, exponent: u32) -> Self {
        /// More digits of a fraction do not reach the nanos of the largest suffix.
        const FRACTION: usize = 18;
        const LARGEST: i128 = (1 << 63) - 1;
        let power = 1_i128 << exponent;
        let whole_value = whole
            .parse::<i128>()
            .ok()
            .filter(|n| *n <= LARGEST)
            .unwrap_or(if whole.is_empty() { 0 } else { LARGEST });
        let used: &str = fraction.get(..FRACTION).unwrap_or(fraction);
        let unit = 10_i128.pow(u32::try_from(used.len()).unwrap_or(0));
        let part = used.parse::<i128>().unwrap_or(0) * power;
        let nanos = (part % unit * 1_000_000_000 + unit - 1) / unit;
        let value = (whole_value.saturating_mul(power).saturating_add(part / unit))
            .saturating_mul(1_000_000_000)
            .saturating_add(nanos)
            .min(LARGEST * 1_000_000_000);
        let fast = fraction.is_empty() && whole.len().max(1) + exponent as usize * 3 / 10 < 15;
        Quantity {
            negative,
            digits: if value == 0 { String::new() } else { value.to_string() },
            scale: NANO,
            format: if value < 1_000_000_000 { Format::Decimal } else { Format::Binary },
            written: (fast && whole_value % 8 != 0).then_some(text),
        }
    }

    /// Drops what is finer than a power of ten, away from zero.
    fn round_up(&mut self, scale: i32) {
        let drop = usize::try_from(scale.saturating_sub(self.scale)).unwrap_or(0);
        self.scale = scale;
        self.written = None;
        if self.digits.is_empty() {
            return;
        }
        let keep = self.digits.len().saturating_sub(drop);
        let lost = self.digits.split_off(keep).bytes().any(|digit| digit != b'0');
        if lost {
            increment(&mut self.digits);
        }
    }

    fn written(self) -> Cow<'t, str> {
        if let Some(text) = self.written {
            return Cow::Borrowed(text);
        }
        let trimmed = self.digits.trim_end_matches('0');
        if trimmed.is_empty() {
            return Cow::Borrowed("0");
        }
        let sign = if self.negative { "-" } else { "" };
        if self.format == Format::Binary
            && let Some(text) = self.binary_form(sign)
        {
            return Cow::Owned(text);
        }
        let mut exponent = self.scale + i32::try_from(self.digits.len() - trimmed.len()).unwrap_or(0);
        let zeros = exponent.rem_euclid(3);
        exponent -= zeros;
        let zeros = "00".get(..usize::try_from(zeros).unwrap_or(0)).unwrap_or("");
        let suffix = match (self.format, exponent) {
            (Format::Exponent, 0) => String::new(),
            (Format::Exponent, _) => format!("e{exponent}"),
            // Beyond the largest suffix upstream writes none.
            _ => DECIMAL
                .iter()
                .find(|(_, n)| *n == exponent)
                .map_or(String::new(), |(name, _)| (*name).to_owned()),
        };
        Cow::Owned(format!("{sign}{trimmed}{zeros}{suffix}"))
    }

    /// Whole numbers from 1024 on; others are written decimal.
    fn binary_form(&self, sign: &str) -> Option<String> {
        let zeros = usize::try_from(-self.scale).ok()?;
        let whole = self.digits.get(..self.digits.len().checked_sub(zeros)?)?;
        if self.digits.get(whole.len()..)?.bytes().any(|digit| digit != b'0') {
            return None;
        }
        let mut value: u64 = whole.parse().ok().filter(|n| *n >= 1024)?;
        let mut suffix = "";
        for (name, _) in BINARY {
            if !value.is_multiple_of(1024) {
                break;
            }
            (value, suffix) = (value / 1024, name);
        }
        Some(format!("{sign}{value}{suffix}"))
    }
}

/// Adds one to a number written in digits.
fn increment(digits: &mut String) {
    let nines = digits.len() - digits.trim_end_matches('9').len();
    let keep = digits.len() - nines;
    digits.truncate(keep);
    let last = digits
        .pop()
        .map_or('1', |digit| char::from_digit(digit.to_digit(10).unwrap_or(0) + 1, 10).unwrap_or('9'));
    digits.push(last);
    digits.extend(std::iter::repeat_n('0', nines));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_forms_are_those_of_the_api_server() {
        for (text, expected) in [
            ("0.5", "500m"),
            ("1024Mi", "1Gi"),
            ("1000m", "1"),
            ("100m", "100m"),
            ("1.5Gi", "1536Mi"),
            ("1", "1"),
            ("0", "0"),
            ("0.0", "0"),
            ("0Mi", "0"),
            ("-0.5", "-500m"),
            ("1e3", "1e3"),
            ("1e4", "10e3"),
            ("12e-2", "120e-3"),
            ("0.1", "100m"),
            ("1.5", "1500m"),
            ("1.500", "1.500"),
            ("1000k", "1M"),
            ("1023Ki", "1023Ki"),
            ("1Ki", "1Ki"),
            ("0.5Ki", "512"),
            ("0.1Ki", "102400m"),
            ("0.0000000001", "1n"),
            ("1.0000000001", "1000000001n"),
            ("9999999999999999999Ei", "9223372036854775807"),
            ("8Ei", "9223372036854775807"),
            ("128974848", "128974848"),
            ("129e6", "129e6"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("12345678901234567890000", "12345678901234567890k"),
            ("0.1234567891", "123456790n"),
            ("99.9999999999", "100"),
            ("512", "512"),
            ("2048Ki", "2Mi"),
            ("+5", "+5"),
            ("1.G", "1.G"),
        ] {
            assert_eq!(canonical_quantity(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "x", "1x", "1 Gi", "1e", "1ee", "0x10", "1GI", "--1", "1e99999999999", "1.2.3"] {
            assert_eq!(canonical_quantity(text), None, "{text}");
        }
    }

    #[test]
    fn amounts_are_compared_in_billionths() {
        for (text, expected) in
            [("1", 1_000_000_000), ("1m", 1_000_000), ("0.5Ki", 512_000_000_000), ("-1n", -1), ("0", 0)]
        {
            assert_eq!(nanos(text), Some(expected), "{text}");
        }
        assert_eq!(nanos("9e999"), Some(i128::MAX));
    }

    #[test]
    fn sums_are_written_as_the_first_is() {
        for (first, second, expected) in [
            ("100m", "1", "1100m"),
            ("1Gi", "1024Mi", "2Gi"),
            ("0", "1Ki", "1Ki"),
            ("1", "1Ki", "1025"),
            ("1", "-1", "0"),
        ] {
            assert_eq!(sum(first, second).as_deref(), Some(expected), "{first} + {second}");
        }
    }

    #[test]
    fn lists_of_resources_hold_thousandths() {
        for (text, expected) in
            [("100u", "1m"), ("0.0015", "2m"), ("1.5", "1500m"), ("1n", "1m"), ("0.1Ki", "102400m")]
        {
            assert_eq!(canonical_resource(text).as_deref(), Some(expected), "{text}");
        }
    }
}
