//! Decimal numbers of any size.
//!
//! Invariant: no operation makes more than [`MOST`] digits beyond those that it is given; where the true result has more, it
//! says so.

use std::cmp::Ordering;

/// More places than these are never filled up with zeros.
const MOST: i64 = 5_000;

/// `±digits · 10^exponent`; no leading zeros, and zero has no digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// Digits with a sign before and a point among them; anything else is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix(['+', '-']) {
            Some(digits) => (text.starts_with('-'), digits),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let digits = digits.into_iter().map(|digit| digit - b'0').collect();
        Some(Decimal { negative, digits, exponent: -i64::try_from(fraction.len()).ok()? }.trimmed())
    }

    pub(super) fn from_int(value: i64, exponent: i64) -> Self {
        let digits = value.unsigned_abs().to_string().bytes().map(|digit| digit - b'0').collect();
        Decimal { negative: value < 0, digits, exponent }.trimmed()
    }

    fn trimmed(mut self) -> Self {
        let zeros = self.digits.iter().take_while(|digit| **digit == 0).count();
        self.digits.drain(..zeros);
        self.negative &= !self.digits.is_empty();
        self
    }

    pub(super) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    pub(super) fn is_negative(&self) -> bool {
        self.negative
    }

    pub(super) fn len(&self) -> usize {
        self.digits.len()
    }

    pub(super) fn exponent(&self) -> i64 {
        self.exponent
    }

    pub(super) fn negated(mut self) -> Self {
        self.negative = !self.negative && !self.digits.is_empty();
        self
    }

    pub(super) fn shifted(mut self, places: i64) -> Self {
        self.exponent += places;
        self
    }

    /// Times 2^`power`.
    pub(super) fn doubled(mut self, power: u32) -> Self {
        for _ in 0..power {
            let mut carry = 0;
            for digit in self.digits.iter_mut().rev() {
                let twice = *digit * 2 + carry;
                *digit = twice % 10;
                carry = twice / 10;
            }
            if carry > 0 {
                self.digits.insert(0, carry);
            }
        }
        self
    }

    /// With this exponent: rounded away from zero, or filled up with zeros when these are few.
    pub(super) fn at_exponent(mut self, exponent: i64) -> Self {
        let fill = self.exponent - exponent;
        if fill >= 0 {
            if fill <= MOST && !self.digits.is_empty() {
                self.digits.extend(std::iter::repeat_n(0, usize::try_from(fill).unwrap_or(0)));
                self.exponent = exponent;
            }
            return self;
        }
        let cut = usize::try_from(-fill).unwrap_or(usize::MAX).min(self.digits.len());
        let rest = self.digits.split_off(self.digits.len() - cut);
        self.exponent = exponent;
        if rest.iter().any(|digit| *digit != 0) {
            self.add_one();
        }
        self.trimmed()
    }

    fn add_one(&mut self) {
        for digit in self.digits.iter_mut().rev() {
            if *digit < 9 {
                *digit += 1;
                return;
            }
            *digit = 0;
        }
        self.digits.insert(0, 1);
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return if other.negative { Ordering::Greater } else { Ordering::Less },
            (false, true) => return if self.negative { Ordering::Less } else { Ordering::Greater },
            (false, false) => {}
        }
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_sizes(other),
            (true, true) => other.compare_sizes(self),
        }
    }

    fn compare_sizes(&self, other: &Self) -> Ordering {
        let first = |of: &Self| of.exponent + i64::try_from(of.digits.len()).unwrap_or(i64::MAX / 2);
        let longest = self.digits.len().max(other.digits.len());
        let filled = |digits: &[u8], place: usize| digits.get(place).copied().unwrap_or(0);
        first(self).cmp(&first(other)).then_with(|| {
            let mut orders =
                (0..longest).map(|place| filled(&self.digits, place).cmp(&filled(&other.digits, place)));
            orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        })
    }

    /// The sum; `None` when it has too many digits.
    pub(super) fn plus(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return Some(self.clone());
        }
        if self.is_zero() {
            return Some(other.clone());
        }
        if (self.exponent - other.exponent).abs() > MOST {
            return None;
        }
        let exponent = self.exponent.min(other.exponent);
        let (one, two) = (self.clone().at_exponent(exponent), other.clone().at_exponent(exponent));
        if one.negative == two.negative {
            return Some(Decimal { negative: one.negative, digits: sum(&one.digits, &two.digits), exponent });
        }
        let (large, small) = if one.compare_sizes(&two).is_ge() { (one, two) } else { (two, one) };
        let digits = difference(&large.digits, &small.digits);
        Some(Decimal { negative: large.negative, digits, exponent }.trimmed())
    }

    /// The nearest double of the digits alone.
    pub(super) fn digits_as_double(&self) -> f64 {
        let size: f64 = text(&self.digits).parse().unwrap_or(0.0);
        if self.negative { -size } else { size }
    }

    /// The digits with their sign, without the zeros at their end, and the exponent that goes with them.
    pub(super) fn canonical(&self) -> (String, i64) {
        let zeros = self.digits.iter().rev().take_while(|digit| **digit == 0).count();
        let kept = self.digits.get(..self.digits.len() - zeros).unwrap_or_default();
        let sign = if self.negative { "-" } else { "" };
        (format!("{sign}{}", text(kept)), self.exponent + i64::try_from(zeros).unwrap_or(0))
    }

    /// A whole number without the factors of 1024, and how many there were.
    pub(super) fn canonical_1024(&self) -> (String, u32) {
        let mut digits = self.clone().at_exponent(0).digits;
        let mut times = 0;
        while let Some(quotient) = divided(&digits) {
            digits = quotient;
            times += 1;
        }
        let sign = if self.negative { "-" } else { "" };
        (format!("{sign}{}", text(&digits)), times)
    }
}

fn text(digits: &[u8]) -> String {
    if digits.is_empty() {
        "0".to_owned()
    } else {
        digits.iter().map(|digit| char::from(b'0' + digit)).collect()
    }
}

/// A 1024th, when it is whole.
fn divided(digits: &[u8]) -> Option<Vec<u8>> {
    let mut rest = 0u32;
    let mut quotient = Vec::with_capacity(digits.len());
    for digit in digits {
        rest = rest * 10 + u32::from(*digit);
        quotient.push(u8::try_from(rest / 1024).unwrap_or(9));
        rest %= 1024;
    }
    let zeros = quotient.iter().take_while(|digit| **digit == 0).count();
    quotient.drain(..zeros);
    (rest == 0 && !quotient.is_empty()).then_some(quotient)
}

fn sum(one: &[u8], two: &[u8]) -> Vec<u8> {
    let mut digits = Vec::with_capacity(one.len().max(two.len()) + 1);
    let (mut one, mut two) = (one.iter().rev(), two.iter().rev());
    let mut carry = 0;
    loop {
        let digit = match (one.next(), two.next()) {
            (None, None) if carry == 0 => break,
            (one, two) => one.copied().unwrap_or(0) + two.copied().unwrap_or(0) + carry,
        };
        digits.push(digit % 10);
        carry = digit / 10;
    }
    digits.reverse();
    digits
}

/// The first is not smaller.
fn difference(large: &[u8], small: &[u8]) -> Vec<u8> {
    let mut digits = Vec::with_capacity(large.len());
    let mut small = small.iter().rev();
    let mut borrow = 0;
    for digit in large.iter().rev() {
        let less = small.next().copied().unwrap_or(0) + borrow;
        borrow = u8::from(*digit < less);
        digits.push(*digit + 10 * borrow - less);
    }
    digits.reverse();
    digits
}
