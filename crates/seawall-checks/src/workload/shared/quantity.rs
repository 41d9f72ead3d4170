//! `resource.Quantity` of apimachinery, exactly: a decimal number with a suffix, `500m`, `1.5Gi`, `1e3`.
//!
//! Source: the grammar in `k8s.io/apimachinery/pkg/api/resource/quantity.go`. Values are kept as they are written, not
//! rounded up to nano units as the API server stores them, and compared without loss.

use std::cmp::Ordering;

use seawall_yaml::{Kind, Node};

/// A quantity: `digits × 10^exponent × 1024^binary`, with a sign.
#[derive(Clone, Debug)]
pub(crate) struct Quantity {
    negative: bool,
    /// Decimal digits without leading and trailing zeros; empty for zero.
    digits: Vec<u8>,
    exponent: i64,
    binary: u32,
}

/// Exponents beyond this are refused: no amount of anything needs them, and comparing would be dear.
const MAX_EXPONENT: i64 = 1_000;

/// The most digits that are read.
const MAX_DIGITS: usize = 1_000;

impl Quantity {
    /// Reads a quantity; `None` for what the API server refuses.
    pub(crate) fn parse(text: &str) -> Option<Quantity> {
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at_checked(end)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + fraction.len() == 0 || number.len() > MAX_DIGITS || fraction.contains('.') {
            return None;
        }
        let (decimal, binary) = scale(suffix)?;
        let exponent = decimal - i64::try_from(fraction.len()).ok()?;
        let digits = whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0').collect();
        Some(Quantity { negative, digits, exponent, binary }.trimmed())
    }

    /// Reads a scalar of a manifest: a text, or a plain number, which YAML does not quote.
    pub(crate) fn of(node: Node<'_>) -> Option<Quantity> {
        match node.kind() {
            Kind::Str | Kind::Int | Kind::UInt | Kind::Float => Quantity::parse(&node.scalar_text()?),
            Kind::Null | Kind::Bool | Kind::Map | Kind::Seq => None,
        }
    }

    /// Nothing at all.
    pub(crate) const fn nought() -> Quantity {
        Quantity { negative: false, digits: Vec::new(), exponent: 0, binary: 0 }
    }

    /// Whether it is nothing at all.
    pub(crate) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    fn trimmed(mut self) -> Self {
        let zeros = self.digits.iter().take_while(|digit| **digit == 0).count();
        self.digits.drain(..zeros);
        while self.digits.last() == Some(&0) {
            self.digits.pop();
            self.exponent += 1;
        }
        if self.digits.is_empty() {
            self.negative = false;
        }
        self
    }

    /// The same value without the binary factor.
    fn plain(&self) -> Quantity {
        let mut digits = self.digits.clone();
        for _ in 0..self.binary {
            let mut carry = 0u32;
            for digit in digits.iter_mut().rev() {
                let value = u32::from(*digit) * 1024 + carry;
                *digit = u8::try_from(value % 10).unwrap_or(0);
                carry = value / 10;
            }
            while carry > 0 {
                digits.insert(0, u8::try_from(carry % 10).unwrap_or(0));
                carry /= 10;
            }
        }
        Quantity { negative: self.negative, digits, exponent: self.exponent, binary: 0 }.trimmed()
    }
}

/// What a suffix multiplies by: a power of ten and a power of 1024.
fn scale(suffix: &str) -> Option<(i64, u32)> {
    let decimal = match suffix {
        "n" => -9,
        "u" => -6,
        "m" => -3,
        "" => 0,
        "k" => 3,
        "M" => 6,
        "G" => 9,
        "T" => 12,
        "P" => 15,
        "E" => 18,
        _ => return binary_scale(suffix).map(|binary| (0, binary)).or_else(|| exponent(suffix)),
    };
    Some((decimal, 0))
}

fn binary_scale(suffix: &str) -> Option<u32> {
    let position = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].iter().position(|known| *known == suffix)?;
    u32::try_from(position + 1).ok()
}

/// `e3`, `E-2`; `E` alone is the suffix for 10^18.
fn exponent(suffix: &str) -> Option<(i64, u32)> {
    let number = suffix.strip_prefix(['e', 'E'])?;
    let digits = number.strip_prefix(['-', '+']).unwrap_or(number);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent: i64 = number.parse().ok()?;
    (exponent.abs() <= MAX_EXPONENT).then_some((exponent, 0))
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.plain(), other.plain());
        let sign = |quantity: &Quantity| match (quantity.is_zero(), quantity.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        sign(&a).cmp(&sign(&b)).then_with(|| {
            // Neither has leading zeros, so the place of the first digit decides, then the digits one by one.
            let height = |quantity: &Quantity| {
                quantity.exponent + i64::try_from(quantity.digits.len()).unwrap_or(i64::MAX / 2)
            };
            let size = if a.is_zero() {
                Ordering::Equal
            } else {
                height(&a).cmp(&height(&b)).then_with(|| a.digits.cmp(&b.digits))
            };
            if a.negative { size.reverse() } else { size }
        })
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Quantity {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_the_grammar_takes() {
        for text in [
            "0", "1", "-1", "+1", "1.", ".5", "1.5Gi", "100m", "1n", "1u", "12e6", "12E6", "1e-3", "1E",
            "1Ei", "1e+2",
        ] {
            assert!(Quantity::parse(text).is_some(), "{text}");
        }
        for text in [
            "",
            "-",
            ".",
            "1.2.3",
            "Mi",
            "1mi",
            "1KI",
            "1K",
            "1g",
            "1 Gi",
            " 1",
            "1e",
            "1e1.5",
            "1ee1",
            "0x10",
            "1_000",
            "1e9999999999",
            "1Gib",
            "½",
        ] {
            assert!(Quantity::parse(text).is_none(), "{text}");
        }
    }

    /// An independent reading of small quantities: nano units in 128 bits, exact where the case says so.
    fn nano(number: i64, thousandths: i64, suffix: &str) -> i128 {
        let factor: i128 = match suffix {
            "n" => 1,
            "u" => 1_000,
            "m" | "e-3" => 1_000_000,
            "" => 1_000_000_000,
            "k" | "e3" => 1_000_000_000_000,
            "M" | "E6" => 1_000_000_000_000_000,
            "G" => 1_000_000_000_000_000_000,
            "Ki" => 1024 * 1_000_000_000,
            "Mi" => 1024 * 1024 * 1_000_000_000,
            "Gi" => 1024 * 1024 * 1024 * 1_000_000_000,
            "Ti" => 1024_i128.pow(4) * 1_000_000_000,
            "Pi" => 1024_i128.pow(5) * 1_000_000_000,
            other => panic!("{other}"),
        };
        // In thousandths of nano units, so that `0.001n` counts.
        (i128::from(number) * 1_000 + i128::from(thousandths)) * factor
    }

    #[test]
    fn orders_as_numbers_do() {
        let suffixes = ["n", "u", "m", "e-3", "", "k", "e3", "M", "E6", "G", "Ki", "Mi", "Gi", "Ti", "Pi"];
        // A generator with a fixed seed: 64-bit xorshift.
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut next = |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        let mut some = || {
            let number = i64::try_from(next(3_000)).unwrap();
            let thousandths = i64::try_from(next(1_000)).unwrap();
            let suffix = suffixes[usize::try_from(next(15)).unwrap()];
            let sign = if next(8) == 0 { "-" } else { "" };
            let value = nano(number, thousandths, suffix);
            let text = format!("{sign}{number}.{thousandths:03}{suffix}");
            (text, if sign.is_empty() { value } else { -value })
        };
        for _ in 0..20_000 {
            let ((a, a_value), (b, b_value)) = (some(), some());
            let (a_read, b_read) = (Quantity::parse(&a).unwrap(), Quantity::parse(&b).unwrap());
            assert_eq!(a_read.cmp(&b_read), a_value.cmp(&b_value), "{a} {b}");
            assert_eq!(a_read.is_zero(), a_value == 0, "{a}");
        }
    }

    #[test]
    fn equal_amounts_are_equal_in_any_spelling() {
        for (a, b) in [
            ("1", "1000m"),
            ("1Ki", "1024"),
            ("0.5Gi", "512Mi"),
            ("1e3", "1k"),
            ("0", "-0.000m"),
            ("01.50", "1500m"),
            ("1Ei", "1024Pi"),
            ("128974848", "123Mi"),
        ] {
            assert_eq!(Quantity::parse(a), Quantity::parse(b), "{a} {b}");
        }
        assert_ne!(Quantity::parse("1000.000000001"), Quantity::parse("1k"));
    }
}
