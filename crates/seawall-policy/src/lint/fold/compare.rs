//! Comparisons whose outcome is known.

use super::{Fact, Kept};
use crate::cel::ast::Binary;

/// What an operator gives, where that is known.
pub(super) fn decide<'s>(op: Binary, left: &Fact<'s>, right: &Fact<'s>) -> Option<Fact<'s>> {
    let truth = |value: bool| Some(Fact::Bool(value));
    match op {
        Binary::Eq => truth(equal(left, right)?),
        Binary::Ne => truth(!equal(left, right)?),
        Binary::Lt => truth(less(left, right)?),
        Binary::Ge => truth(!less(left, right)?),
        Binary::Gt => truth(less(right, left)?),
        Binary::Le => truth(!less(right, left)?),
        Binary::In => truth(within(left, right)?),
        Binary::Add => match (left, right) {
            (Fact::Str(one), Fact::Str(other)) => Some(Fact::Str(format!("{one}{other}").into())),
            (Fact::Int(one), Fact::Int(other)) => one.checked_add(*other).map(Fact::Int),
            _ => None,
        },
        Binary::Sub | Binary::Mul | Binary::Div | Binary::Rem => None,
    }
}

fn equal(left: &Fact<'_>, right: &Fact<'_>) -> Option<bool> {
    match (left, right) {
        (Fact::Null, Fact::Null) => Some(true),
        (Fact::Null, other) | (other, Fact::Null) if other.is_not_null() => Some(false),
        (Fact::Bool(one), Fact::Bool(other)) => Some(one == other),
        (Fact::Int(one), Fact::Int(other)) => Some(one == other),
        (Fact::Str(one), Fact::Str(other)) => Some(one == other),
        (Fact::Least(least), Fact::Int(other)) | (Fact::Int(other), Fact::Least(least)) if other < least => {
            Some(false)
        }
        (Fact::Typed(kept), Fact::Str(text)) | (Fact::Str(text), Fact::Typed(kept)) => never(kept, text),
        _ => None,
    }
}

/// A text that a field may never hold is not equal to it.
fn never(kept: &Kept<'_>, text: &str) -> Option<bool> {
    let texts = kept.texts()?;
    (!texts.contains(&text)).then_some(false)
}

fn less(left: &Fact<'_>, right: &Fact<'_>) -> Option<bool> {
    match (left, right) {
        (Fact::Int(one), Fact::Int(other)) => Some(one < other),
        (Fact::Str(one), Fact::Str(other)) => Some(one < other),
        // `size(x) < 0`
        (Fact::Least(least), Fact::Int(other)) if least >= other => Some(false),
        // `-1 < size(x)`
        (Fact::Int(one), Fact::Least(least)) if one < least => Some(true),
        _ => None,
    }
}

fn within(item: &Fact<'_>, list: &Fact<'_>) -> Option<bool> {
    let Fact::List(items) = list else { return None };
    let mut all_known = true;
    for own in items {
        match equal(item, own) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => all_known = false,
        }
    }
    all_known.then_some(false)
}
