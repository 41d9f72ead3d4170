//! Functions over lists and sets that cel-go estimates itself.
//!
//! Source: cel-go `ext/{lists,sets}.go`.

use super::calls::Call;
use super::{Argument, CALL, CHARACTER, Estimator, LIST, Size};
use crate::cel::check::tree::{Kind, Literal};
use crate::cel::check::types::Type;

pub(super) fn estimate(
    estimator: &Estimator<'_>,
    overload: &str,
    target: Option<&Argument>,
    args: &[Argument],
) -> Option<Call> {
    let size = |of: &Argument| estimator.size_at(of);
    match (overload, target, args) {
        ("list_sets_contains_list" | "list_sets_intersects_list", _, [one, other]) => {
            Some((size(one).product(size(other)).by(1.0) + CALL).into())
        }
        ("list_sets_equivalent_list", _, [one, other]) => {
            Some((size(one).product(size(other)).by(2.0) + CALL).into())
        }
        ("list_slice", Some(list), [start, end]) => {
            let start = number(estimator, start).unwrap_or(0);
            let end = number(estimator, end).unwrap_or(size(list).max);
            Some(made(1.0, Size::fixed(end.wrapping_sub(start))))
        }
        ("lists_range", None, [end]) => {
            Some(made(1.0, Size::fixed(number(estimator, end).unwrap_or(u64::MAX))))
        }
        ("list_reverse", Some(list), []) => Some(made(1.0, size(list))),
        ("list_flatten", Some(list), []) => Some(made(1.0, size(list))),
        ("list_flatten_int", Some(list), [depth]) => {
            Some(made(as_float(number(estimator, depth).unwrap_or(u64::MAX)), size(list)))
        }
        ("list_distinct", Some(list), []) => Some(made(2.0, size(list).product(size(list)))),
        (_, Some(list), []) if overload.ends_with("_sort") => Some(sorted(estimator, overload, list)),
        (_, Some(_), [keys]) if overload.ends_with("_sortByAssociatedKeys") => {
            Some(sorted(estimator, overload, keys))
        }
        _ => None,
    }
}

fn sorted(estimator: &Estimator<'_>, overload: &str, keys: &Argument) -> Call {
    let size = estimator.size_at(keys);
    let texts = ["list_string_", "list_bytes_"].iter().any(|kind| overload.starts_with(kind));
    made(if texts { 2.0 + CHARACTER } else { 2.0 }, size.product(size))
}

/// A list of this size that is made.
fn made(factor: f64, size: Size) -> Call {
    Call::sized(size.by(factor) + CALL + LIST, size)
}

/// The number that an argument is written as.
fn number(estimator: &Estimator<'_>, arg: &Argument) -> Option<u64> {
    match estimator.checked.tree.kind(arg.node) {
        Kind::Literal(Literal::Int(number)) => Some(u64::try_from(*number).unwrap_or(0)),
        _ => None,
    }
}

#[allow(clippy::cast_precision_loss, reason = "cel-go counts in floats here, too")]
fn as_float(number: u64) -> f64 {
    number as f64
}

impl Estimator<'_> {
    /// The size of an argument, as functions of libraries ask for it.
    pub(super) fn size_at(&self, of: &Argument) -> Size {
        of.size.or_else(|| self.sizes.size(&of.path, self.type_of(of.node))).unwrap_or(Size::UNKNOWN)
    }

    /// The type and size of the items of a list; of a map, those of its keys.
    pub(super) fn items_at(&self, of: &Argument) -> Option<(&Type, Size)> {
        let item = self.type_of(of.node).params().into_iter().next()?;
        let mut path = of.path.clone();
        if !path.is_empty() {
            path.push("@items".into());
        }
        Some((item, self.sizes.size(&path, item).unwrap_or(Size::UNKNOWN)))
    }
}
