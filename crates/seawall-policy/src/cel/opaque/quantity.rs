//! Amounts of resources: `100m`, `1.5Gi`, `1e3`.
//!
//! Invariant: an amount is either a small one (64 bits and a power of ten) or a decimal of any size, as in Go; expressions can
//! tell (`isInteger`). Values are exact down to a billionth, to which texts are rounded away from zero.
//! Source: `k8s.io/apimachinery/pkg/api/resource`.

use std::cmp::Ordering;
use std::fmt;

use super::decimal::Decimal;

const WRONG_FORMAT: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const WRONG_NUMBER: &str = "unable to parse numeric part of quantity";
const WRONG_SUFFIX: &str = "unable to parse quantity's suffix";

/// Digits that 64 bits hold whatever they are.
const SAFE_DIGITS: usize = 18;
const NANO: i64 = -9;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Suffix {
    DecimalExponent,
    Binary,
    Decimal,
}

#[derive(Clone, Debug)]
enum Amount {
    Small { value: i64, scale: i32 },
    Large(Decimal),
}

/// An amount.
#[derive(Clone, Debug)]
pub struct Quantity {
    amount: Amount,
    suffix: Suffix,
    /// Its text, when it was read from one that is canonical.
    text: Option<Box<str>>,
    sum: bool,
}

/// The parts of a text: sign, number, digits before and after the point, suffix.
struct Parts<'t> {
    negative: bool,
    number: &'t str,
    whole: &'t str,
    fraction: &'t str,
    suffix: &'t str,
}

fn split(text: &str) -> Option<Parts<'_>> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let rest = unsigned.trim_start_matches('0');
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let whole = rest.get(..rest.len() - after.len())?;
    let (fraction, suffix) = match after.strip_prefix('.') {
        Some(fraction) => {
            let suffix = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            (fraction.get(..fraction.len() - suffix.len())?, suffix)
        }
        None => ("", after),
    };
    let exponent = suffix.trim_start_matches(|c| "eEinumkKMGTP".contains(c));
    let digits = if exponent.is_empty() { "" } else { exponent.strip_prefix(['+', '-']).unwrap_or(exponent) };
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let number = text.get(..text.len() - suffix.len())?;
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(Parts { negative: text.starts_with('-'), number, whole, fraction, suffix })
}

/// Base, exponent and form of a suffix.
fn interpret(suffix: &str) -> Option<(u8, i32, Suffix)> {
    let (base, exponent) = match suffix {
        "n" => (10, -9),
        "u" => (10, -6),
        "m" => (10, -3),
        "" => (10, 0),
        "k" => (10, 3),
        "M" => (10, 6),
        "G" => (10, 9),
        "T" => (10, 12),
        "P" => (10, 15),
        "E" => (10, 18),
        "Ki" => (2, 10),
        "Mi" => (2, 20),
        "Gi" => (2, 30),
        "Ti" => (2, 40),
        "Pi" => (2, 50),
        "Ei" => (2, 60),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?.parse::<i64>().ok()?;
            // Go cuts it to 32 bits.
            return Some((10, exponent as i32, Suffix::DecimalExponent));
        }
    };
    Some((base, exponent, if base == 2 { Suffix::Binary } else { Suffix::Decimal }))
}

impl Quantity {
    /// Reads an amount; the error is the API server's.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let made = |amount, suffix, text: Option<&str>| Quantity {
            amount,
            suffix,
            text: text.map(Into::into),
            sum: false,
        };
        if text == "0" {
            return Ok(made(Amount::Small { value: 0, scale: 0 }, Suffix::Decimal, Some(text)));
        }
        if text.is_empty() {
            return Err(WRONG_FORMAT);
        }
        let parts = split(text).ok_or(WRONG_FORMAT)?;
        let (base, exponent, suffix) = interpret(parts.suffix).ok_or(WRONG_SUFFIX)?;
        if let Some((value, scale, canonical)) = small(&parts, exponent, suffix)? {
            return Ok(made(Amount::Small { value, scale }, suffix, canonical.then_some(text)));
        }
        let number = Decimal::parse(parts.number).ok_or(WRONG_NUMBER)?;
        let mut size = if number.is_negative() { number.clone().negated() } else { number.clone() };
        size = match base {
            2 => size.doubled(u32::try_from(exponent).unwrap_or(0)),
            _ => size.shifted(i64::from(exponent)),
        };
        if !size.is_zero() {
            size = size.at_exponent(NANO);
        }
        let (most, one) = (Decimal::from_int(i64::MAX, 0), Decimal::from_int(1, 0));
        if suffix == Suffix::Binary && size.compare(&most).is_gt() {
            size = most;
        }
        let fraction = size.compare(&one).is_lt() && !size.is_zero();
        let suffix = if suffix == Suffix::Binary && fraction { Suffix::Decimal } else { suffix };
        let number = if number.is_negative() { size.negated() } else { size };
        Ok(made(Amount::Large(number), suffix, None))
    }

    fn from_int(value: i64) -> Self {
        let amount = Amount::Small { value, scale: 0 };
        Quantity { amount, suffix: Suffix::DecimalExponent, text: None, sum: false }
    }

    /// Whether it was added up: on the right of `==` the API server does not know such a one.
    pub(super) fn is_sum(&self) -> bool {
        self.sum
    }

    fn decimal(&self) -> Decimal {
        match &self.amount {
            Amount::Small { value, scale } => Decimal::from_int(*value, i64::from(*scale)),
            Amount::Large(decimal) => decimal.clone(),
        }
    }

    fn is_zero(&self) -> bool {
        match &self.amount {
            Amount::Small { value, .. } => *value == 0,
            Amount::Large(decimal) => decimal.is_zero(),
        }
    }

    /// Digits that operations go through.
    pub(crate) fn digits(&self) -> usize {
        match &self.amount {
            Amount::Small { .. } => 19,
            Amount::Large(decimal) => decimal.len(),
        }
    }

    /// By value.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (&self.amount, &other.amount) {
            (Amount::Small { value: one, scale }, Amount::Small { value: two, scale: other })
                if scale == other =>
            {
                one.cmp(two)
            }
            _ => self.decimal().compare(&other.decimal()),
        }
    }

    /// -1, 0 or 1.
    pub fn sign(&self) -> i64 {
        match &self.amount {
            Amount::Small { value, .. } => value.signum(),
            Amount::Large(decimal) if decimal.is_zero() => 0,
            Amount::Large(decimal) => {
                if decimal.is_negative() {
                    -1
                } else {
                    1
                }
            }
        }
    }

    /// As a whole number, when it is a small one.
    pub fn as_int(&self) -> Option<i64> {
        match &self.amount {
            Amount::Small { value, scale: 0 } => Some(*value),
            Amount::Small { value, scale } => scaled(*value, u32::try_from(*scale).ok()?),
            Amount::Large(_) => None,
        }
    }

    /// As a double, not always the nearest one.
    pub fn as_double(&self) -> f64 {
        let (base, exponent) = match &self.amount {
            Amount::Small { value, scale } => (*value as f64, i64::from(*scale)),
            Amount::Large(decimal) => (decimal.digits_as_double(), decimal.exponent()),
        };
        if exponent == 0 { base } else { base * power(exponent) }
    }

    /// The sum; `None` when it has too many digits.
    pub fn plus(&self, other: &Self) -> Option<Self> {
        let suffix = if self.is_zero() { other.suffix } else { self.suffix };
        let small = match (&self.amount, &other.amount) {
            (Amount::Small { value: one, scale }, Amount::Small { value: two, scale: other }) => {
                sum((*one, *scale), (*two, *other))
            }
            _ => None,
        };
        let amount = match small {
            Some((value, scale)) => Amount::Small { value, scale },
            None => Amount::Large(self.decimal().plus(&other.decimal())?),
        };
        Some(Quantity { amount, suffix, text: None, sum: true })
    }

    /// The difference; `None` when it has too many digits.
    pub fn minus(&self, other: &Self) -> Option<Self> {
        let amount = match &other.amount {
            // The least number has no opposite.
            Amount::Small { value, scale } if *value != i64::MIN => {
                Amount::Small { value: -value, scale: *scale }
            }
            _ => Amount::Large(other.decimal().negated()),
        };
        self.plus(&Quantity { amount, ..other.clone() })
    }

    /// Plus a whole number.
    pub fn plus_int(&self, value: i64) -> Option<Self> {
        self.plus(&Self::from_int(value))
    }

    /// Minus a whole number.
    pub fn minus_int(&self, value: i64) -> Option<Self> {
        self.minus(&Self::from_int(value))
    }
}

/// A text as a small amount, and whether it is canonical; `None` when it may not fit.
fn small(parts: &Parts<'_>, exponent: i32, suffix: Suffix) -> Result<Option<(i64, i32, bool)>, &'static str> {
    let digits = parts.whole.len() + parts.fraction.len();
    let (factor, scale) = match suffix {
        Suffix::Binary => {
            // A power of 1024 has about three digits.
            let room = 14 - i32::try_from(parts.whole.len()).unwrap_or(i32::MAX) - exponent * 3 / 10;
            if !parts.fraction.is_empty() || room < 0 {
                return Ok(None);
            }
            (1i64 << exponent, 0)
        }
        Suffix::Decimal | Suffix::DecimalExponent if digits > SAFE_DIGITS => return Ok(None),
        Suffix::Decimal | Suffix::DecimalExponent => (1, exponent),
    };
    let Some(scale) = scale.checked_sub(i32::try_from(parts.fraction.len()).unwrap_or(i32::MAX)) else {
        return Ok(None);
    };
    if i64::from(scale) < NANO {
        return Ok(None);
    }
    let shifted = format!("{}{}", parts.whole, parts.fraction);
    let value: i64 = shifted.parse().map_err(|_| WRONG_NUMBER)?;
    let Some(size) = value.checked_mul(factor) else { return Ok(None) };
    let canonical = match suffix {
        Suffix::Binary => exponent % 10 == 0 && value & 7 != 0,
        _ => scale % 3 == 0 && !shifted.ends_with("000") && !shifted.starts_with('0'),
    };
    Ok(Some((if parts.negative { -size } else { size }, scale, canonical)))
}

/// Times 10^`power`, when it fits.
fn scaled(value: i64, power: u32) -> Option<i64> {
    if value == 0 {
        return Some(0);
    }
    value.checked_mul(10i64.checked_pow(power)?)
}

fn sum(one: (i64, i32), two: (i64, i32)) -> Option<(i64, i32)> {
    if two.0 == 0 {
        return Some(one);
    }
    if one.0 == 0 {
        return Some(two);
    }
    let scale = one.1.min(two.1);
    let at = |(value, own): (i64, i32)| scaled(value, u32::try_from(i64::from(own) - i64::from(scale)).ok()?);
    Some((at(one)?.checked_add(at(two)?)?, scale))
}

/// Go's `math.Pow10`, which multiplies two powers that it has.
fn power(exponent: i64) -> f64 {
    let known = |exponent: i64| format!("1e{exponent}").parse::<f64>().unwrap_or(0.0);
    match exponent {
        0..=308 => known(exponent / 32 * 32) * known(exponent % 32),
        -323..=-1 => known(-(-exponent / 32 * 32)) / known(-exponent % 32),
        ..-323 => 0.0,
        _ => f64::INFINITY,
    }
}

/// Canonical, unless it was read from a text that is so already.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = &self.text {
            return f.write_str(text);
        }
        if self.is_zero() {
            return f.write_str("0");
        }
        let decimal = self.decimal();
        let size = if decimal.is_negative() { decimal.clone().negated() } else { decimal.clone() };
        let mut suffix = self.suffix;
        if suffix == Suffix::Binary {
            let whole = size.clone().at_exponent(0).compare(&size).is_eq();
            if !whole || size.compare(&Decimal::from_int(1024, 0)).is_lt() {
                suffix = Suffix::Decimal;
            }
        }
        if suffix == Suffix::Binary {
            let (digits, times) = decimal.canonical_1024();
            let suffix = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].get(times as usize).copied().unwrap_or("");
            return write!(f, "{digits}{suffix}");
        }
        let (digits, exponent) = decimal.canonical();
        let fill = exponent.rem_euclid(3);
        let digits = format!("{digits}{}", "0".repeat(usize::try_from(fill).unwrap_or(0)));
        match (exponent - fill, suffix) {
            (0, _) => f.write_str(&digits),
            (exponent, Suffix::DecimalExponent) => write!(f, "{digits}e{exponent}"),
            (exponent, _) => {
                let suffixes = [
                    (-9, "n"),
                    (-6, "u"),
                    (-3, "m"),
                    (3, "k"),
                    (6, "M"),
                    (9, "G"),
                    (12, "T"),
                    (15, "P"),
                    (18, "E"),
                ];
                let suffix =
                    suffixes.iter().find(|(own, _)| *own == exponent).map_or("", |(_, suffix)| suffix);
                write!(f, "{digits}{suffix}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Billionths.
    fn oracle(whole: i64, fraction: u32, power: u32) -> i128 {
        let fraction = i128::from(fraction) * if whole < 0 { -1 } else { 1 };
        (i128::from(whole) * 1_000 + fraction) * 10i128.pow(6 + power)
    }

    const SUFFIXES: [(&str, u32); 4] = [("", 0), ("k", 3), ("M", 6), ("e2", 2)];

    fn written(whole: i64, fraction: u32, suffix: usize) -> (Quantity, i128) {
        let (suffix, power) = SUFFIXES[suffix];
        let quantity = Quantity::parse(&format!("{whole}.{fraction:03}{suffix}")).unwrap();
        (quantity, oracle(whole, fraction, power))
    }

    proptest! {
        #[test]
        fn order_and_sums_are_exact(
            one in (1i64..1_000_000_000_000, any::<bool>(), 0u32..1000, 0usize..4),
            two in (1i64..1_000_000_000_000, any::<bool>(), 0u32..1000, 0usize..4),
        ) {
            let signed = |(whole, negative, fraction, suffix): (i64, bool, u32, usize)| {
                written(if negative { -whole } else { whole }, fraction, suffix)
            };
            let ((one, left), (two, right)) = (signed(one), signed(two));
            prop_assert_eq!(one.compare(&two), left.cmp(&right));
            prop_assert_eq!(one.sign(), left.signum() as i64);
            for (made, wanted) in [(one.plus(&two).unwrap(), left + right), (one.minus(&two).unwrap(), left - right)] {
                let wanted = Quantity::parse(&format!("{wanted}n")).unwrap();
                prop_assert!(made.compare(&wanted).is_eq(), "{} {}", made, wanted);
            }
        }

        #[test]
        fn what_is_written_reads_the_same(text in "[+-]?[0-9]{0,22}(\\.[0-9]{0,12})?(|n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|e-?[0-9]{1,2})") {
            if let Ok(quantity) = Quantity::parse(&text) {
                let again = Quantity::parse(&quantity.to_string());
                // Past the largest suffix nothing is written that reads the same, upstream included.
                if let Ok(again) = again && quantity.decimal().len() < 18 {
                    prop_assert!(again.compare(&quantity).is_eq(), "{} {} {}", text, quantity, again);
                }
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,12}") {
            let _ = Quantity::parse(&text).map(|quantity| (quantity.to_string(), quantity.as_double()));
        }
    }

    #[test]
    fn texts_are_canonical() {
        for (text, canonical) in [
            ("1000m", "1"),
            ("0.5", "500m"),
            ("1024Mi", "1Gi"),
            ("1500", "1500"),
            ("1e3", "1e3"),
            ("1000e3", "1e6"),
            ("0.5Ki", "512"),
            ("1.5Gi", "1536Mi"),
            ("0.1Ki", "102400m"),
            ("-1.5Ki", "-1536"),
            ("00", "0"),
            (".", "0"),
            ("12345678901234567890", "12345678901234567890"),
            ("1e-10", "1e-9"),
            ("0.0000000001", "1n"),
        ] {
            assert_eq!(Quantity::parse(text).unwrap().to_string(), canonical, "{text}");
        }
        for (text, error) in [
            ("", WRONG_FORMAT),
            ("a", WRONG_FORMAT),
            ("1 ", WRONG_FORMAT),
            ("1Mo", WRONG_FORMAT),
            ("1e", WRONG_SUFFIX),
        ] {
            assert_eq!(Quantity::parse(text).unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn sizes_that_nobody_writes_out_are_compared_all_the_same() {
        let huge = Quantity::parse("1e2000000000").unwrap();
        assert!(huge.compare(&Quantity::parse("2e1999999999").unwrap()).is_gt());
        assert!(huge.plus(&Quantity::parse("1").unwrap()).is_none());
        assert_eq!(huge.as_double(), f64::INFINITY);
    }
}
