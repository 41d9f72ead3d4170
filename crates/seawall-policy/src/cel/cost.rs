//! What calls cost, in the API server's units.
//!
//! Invariant: numbers are those of cel-go's tracker with the API server's estimator, rounding included; an argument that is
//! an error counts as one that has no size.
//! Source: cel-go `interpreter/runtimecost.go`, `ext/{lists,sets}.go`; `k8s.io/apiserver/pkg/cel/library/cost.go`.

use super::value::{Opaque, Value};

/// A list that an expression makes.
pub(super) const LIST: u64 = 10;
/// A map that an expression makes.
pub(super) const MAP: u64 = 30;
/// A record that an expression makes.
pub(super) const STRUCT: u64 = 40;

/// How much of a text a unit pays for.
const TEXT: f64 = 0.1;
/// How much of a pattern a unit pays for.
const PATTERN: f64 = 0.25;

/// How the cost of a call follows from its arguments and its result.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cost {
    /// Always the same.
    Fixed(u64),
    /// The first argument is read once.
    Text,
    /// The first argument is read twice, or read and written.
    TextTwice,
    /// The result is written, and read before.
    ResultTwice,
    /// All of the first argument is gone through, items of items included.
    Traversal,
    /// The first text is searched for the second.
    Contains,
    /// The first text is searched for the pattern that the second one is.
    Pattern,
    /// A list of requirements is made from the second argument.
    Selector,
    /// Addresses are compared; a text is read before.
    ContainsIp,
    /// Ranges of addresses are compared; a text is read before.
    ContainsCidr,
    /// A format's pattern is looked for in the second argument.
    Validate,
    /// Every item of one list with every item of the other, so many times.
    Sets(u64),
    /// A list of the result's size is made.
    ListOut,
    /// A list is made, so deep.
    Flatten,
    /// Every item of a list with every other.
    SelfCompare,
    /// Once where the types are not known beforehand, else the first argument is read.
    KnownText,
    /// Once where the types are not known beforehand, else every item of a list with every other.
    KnownSelfCompare,
}

fn scaled(size: u64, factor: f64) -> u64 {
    (size as f64 * factor).ceil() as u64
}

/// The same with [`TEXT`], in whole numbers: what cel-go's doubles come to for every size below 2^53.
fn tenth(size: u64) -> u64 {
    size.div_ceil(10)
}

/// The size of a value: characters, bytes, items; 1 for what has none.
pub(super) fn size(value: &Value<'_>) -> u64 {
    let count = match value {
        Value::Str(text) if text.is_ascii() => text.len(),
        Value::Str(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Opaque(opaque) => match &**opaque {
            Opaque::Ip(ip) => ip.bytes(),
            Opaque::Cidr(cidr) => usize::from(cidr.bits()).div_ceil(8),
            _ => 1,
        },
        other => other.count().unwrap_or(1),
    };
    count as u64
}

/// The same within an optional value, as cel-go's own operators see it.
fn size_within(value: &Value<'_>) -> u64 {
    match value {
        Value::Optional(Some(inner)) => size_within(inner),
        other => size(other),
    }
}

/// `==`, which knows Kubernetes' types; `!=` does not, and costs what [`smaller`] says.
pub(super) fn equal(left: &Value<'_>, right: &Value<'_>) -> u64 {
    match left {
        Value::Opaque(_) => 1,
        _ => smaller(left, right),
    }
}

/// What two values are compared for: the smaller of them.
pub(super) fn smaller(left: &Value<'_>, right: &Value<'_>) -> u64 {
    tenth(size_within(left).min(size_within(right)))
}

/// Two texts made one.
pub(super) fn concatenated(left: &Value<'_>, right: &Value<'_>) -> u64 {
    tenth(size_within(left) + size_within(right))
}

/// Looking through a list.
pub(super) fn looked_through(list: &Value<'_>) -> u64 {
    size_within(list)
}

/// A pattern of so many characters looked for in a text.
pub(super) fn pattern(text: &Value<'_>, pattern: u64) -> u64 {
    ((1.0 + size(text) as f64) * TEXT).ceil() as u64 * scaled(pattern, PATTERN)
}

fn traversal(value: &Value<'_>) -> u64 {
    match value {
        Value::Str(text) => (text.len() as f64 * TEXT) as u64,
        Value::Bytes(bytes) => (bytes.len() as f64 * TEXT) as u64,
        _ => match (value.items(), value.entries()) {
            (Some(items), _) => items.iter().map(traversal).sum(),
            (None, Some(entries)) => {
                entries.iter().map(|(key, value)| traversal(key) + traversal(value)).sum()
            }
            (None, None) => 1,
        },
    }
}

/// Every item with every other, and a list of the result.
pub(super) fn self_compare(list: &Value<'_>) -> u64 {
    let items = size(list);
    let first = list.items().and_then(|items| items.into_iter().next());
    let factor = match first {
        Some(Value::Str(_) | Value::Bytes(_)) => 2.1,
        _ => 2.0,
    };
    allocated(factor, items.saturating_mul(items))
}

fn allocated(factor: f64, size: u64) -> u64 {
    // A negative depth wraps, as it does in Go.
    ((size as f64 * factor) as i64).cast_unsigned().wrapping_add(1 + LIST)
}

/// A list of requirements, each of two characters at least.
fn selector(text: &Value<'_>) -> u64 {
    let size = size(text);
    LIST + tenth(size) + scaled(scaled(size, 0.5), (LIST + STRUCT) as f64)
}

impl Cost {
    /// The cost of a call. `known`: its overload is known beforehand; `result` is `None` when it is an error.
    pub(super) fn of(self, args: &[Value<'_>], result: Option<&Value<'_>>, known: bool) -> u64 {
        let arg = |place: usize| args.get(place).unwrap_or(&Value::Null);
        let result = result.unwrap_or(&Value::Null);
        match self {
            Cost::Fixed(units) => units,
            Cost::Text => tenth(size(arg(0))),
            Cost::TextTwice => (size(arg(0)) as f64 * 2.0 * TEXT).ceil() as u64,
            Cost::ResultTwice => (size(result) as f64 * 2.0 * TEXT).ceil() as u64,
            Cost::Traversal => traversal(arg(0)),
            Cost::Contains => tenth(size(arg(0))) * tenth(size(arg(1))),
            Cost::Pattern => pattern(arg(0), size(arg(1))),
            Cost::Selector => selector(arg(1)),
            Cost::ContainsIp | Cost::ContainsCidr => {
                let range = size(arg(0));
                let mut units = tenth(range + range);
                if matches!(self, Cost::ContainsCidr) {
                    units += tenth(range) + 1;
                }
                if known && matches!(arg(1), Value::Str(_)) {
                    units += tenth(size(arg(1)));
                }
                units
            }
            Cost::Validate => match arg(0) {
                Value::Opaque(opaque) => match &**opaque {
                    Opaque::Format(format) => pattern(arg(1), format.pattern_size()),
                    _ => 1,
                },
                _ => 1,
            },
            Cost::Sets(times) => 1 + size(arg(0)).saturating_mul(size(arg(1))).saturating_mul(times),
            Cost::ListOut => allocated(1.0, size(result)),
            Cost::Flatten => match arg(1) {
                Value::Int(depth) => allocated(*depth as f64, size(arg(0))),
                _ => allocated(1.0, size(arg(0))),
            },
            Cost::SelfCompare => self_compare(arg(0)),
            Cost::KnownText if known => tenth(size(arg(0))),
            Cost::KnownSelfCompare if known => self_compare(arg(0)),
            Cost::KnownText | Cost::KnownSelfCompare => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_in_whole_numbers_is_a_tenth_in_doubles() {
        let sizes = (0..200_000).chain((1..53).flat_map(|bit| [(1 << bit) - 1, 1 << bit, (1 << bit) + 1]));
        for size in sizes.filter(|size| *size < 1 << 50) {
            assert_eq!(tenth(size), scaled(size, TEXT), "{size}");
        }
    }
}
