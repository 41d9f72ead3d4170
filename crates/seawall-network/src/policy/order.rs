//! Where a policy or tier stands among others.

use std::cmp::Ordering;

/// A number that says what comes first: the smallest. Fractions count, and nothing said is infinity.
#[derive(Clone, Copy, Debug)]
pub struct Order(f64);

impl Order {
    /// Behind every number.
    pub const LAST: Order = Order(f64::INFINITY);

    /// A number; what is no number comes last.
    pub fn new(number: f64) -> Self {
        // Zero has one sign.
        if number.is_nan() { Order::LAST } else { Order(number + 0.0) }
    }

    /// Whether it says anything.
    pub fn is_set(self) -> bool {
        self.0.is_finite()
    }
}

impl From<i32> for Order {
    fn from(number: i32) -> Self {
        Order(f64::from(number))
    }
}

impl PartialEq for Order {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Order {}

impl std::hash::Hash for Order {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl PartialOrd for Order {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Order {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl std::fmt::Display for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_set() { write!(f, "{}", self.0) } else { f.write_str("last") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smallest_first_and_nothing_last() {
        let mut orders = [Order::LAST, Order::from(10), Order::new(0.5), Order::new(-1.0), Order::new(0.25)];
        orders.sort();
        assert_eq!(orders.map(|order| order.to_string()), ["-1", "0.25", "0.5", "10", "last"]);
        assert_eq!(Order::new(-0.0), Order::from(0));
        assert_eq!(Order::new(f64::NAN), Order::LAST);
    }
}
