//! Numbers that are known from below and from above.

use std::ops::Add;

/// What something costs at least and at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// At least.
    pub min: u64,
    /// At most.
    pub max: u64,
}

/// How many characters, items or entries something has at least and at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// At least.
    pub min: u64,
    /// At most.
    pub max: u64,
}

impl Cost {
    /// Exactly this.
    pub const fn fixed(cost: u64) -> Self {
        Cost { min: cost, max: cost }
    }

    pub(super) fn union(self, other: Self) -> Self {
        Cost { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    pub(super) fn times(self, other: Self) -> Self {
        Cost { min: self.min.saturating_mul(other.min), max: self.max.saturating_mul(other.max) }
    }

    pub(super) fn by(self, factor: f64) -> Self {
        Cost { min: scaled(self.min, factor), max: scaled(self.max, factor) }
    }
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Cost { min: self.min.saturating_add(other.min), max: self.max.saturating_add(other.max) }
    }
}

impl Size {
    /// Anything.
    pub(super) const UNKNOWN: Size = Size { min: 0, max: u64::MAX };

    /// Exactly this.
    pub const fn fixed(size: u64) -> Self {
        Size { min: size, max: size }
    }

    /// What a union of sizes begins with.
    pub(super) fn nothing(empty: bool) -> Self {
        Size { min: if empty { 0 } else { u64::MAX }, max: 0 }
    }

    pub(super) fn union(self, other: Self) -> Self {
        Size { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    pub(super) fn product(self, other: Self) -> Self {
        Size { min: self.min.saturating_mul(other.min), max: self.max.saturating_mul(other.max) }
    }

    /// Something that happens so many times.
    pub(super) fn times(self, each: Cost) -> Cost {
        Cost { min: self.min.saturating_mul(each.min), max: self.max.saturating_mul(each.max) }
    }

    /// What going over all of it costs.
    pub(super) fn by(self, factor: f64) -> Cost {
        Cost { min: scaled(self.min, factor), max: scaled(self.max, factor) }
    }
}

impl Add for Size {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Size { min: self.min.saturating_add(other.min), max: self.max.saturating_add(other.max) }
    }
}

/// Rounded up, and the largest number where it would be larger.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cel-go counts in floats here, too; a float that is too large becomes the largest number"
)]
fn scaled(number: u64, factor: f64) -> u64 {
    (number as f64 * factor).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stop_at_the_largest() {
        assert_eq!(Size::UNKNOWN.by(0.1), Cost { min: 0, max: 1_844_674_407_370_955_264 });
        assert_eq!(Size::UNKNOWN.by(2.0).max, u64::MAX);
        assert_eq!((Size::UNKNOWN + Size::fixed(1)).max, u64::MAX);
        assert_eq!(Size::UNKNOWN.times(Cost::fixed(3)).max, u64::MAX);
        assert_eq!(Size::fixed(11).by(0.1), Cost::fixed(2));
        assert_eq!(Size::fixed(0).by(0.1), Cost::fixed(0));
    }
}
