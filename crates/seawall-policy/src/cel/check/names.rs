//! The names that cel-go gives to operators and to what its macros make.

use crate::cel::ast::Binary;

pub(super) const CONDITIONAL: &str = "_?_:_";
pub(super) const AND: &str = "_&&_";
pub(super) const OR: &str = "_||_";
pub(super) const NOT: &str = "!_";
pub(super) const NEGATE: &str = "-_";
pub(super) const INDEX: &str = "_[_]";
pub(super) const OPTIONAL_INDEX: &str = "_[?_]";
pub(super) const OPTIONAL_SELECT: &str = "_?._";
pub(super) const ADD: &str = "_+_";
pub(super) const EQUALS: &str = "_==_";
pub(super) const NOT_STRICTLY_FALSE: &str = "@not_strictly_false";
pub(super) const MAP_INSERT: &str = "cel.@mapInsert";
pub(super) const SORT_BY_KEYS: &str = "@sortByAssociatedKeys";
pub(super) const SORT_BY_INPUT: &str = "@__sortBy_input__";
/// The variable in which a macro gathers; no text can name it.
pub(super) const ACCUMULATOR: &str = "@result";
/// What it was called before, which no macro may use as a variable.
pub(super) const OLD_ACCUMULATOR: &str = "__result__";
/// The variable of a comprehension that goes over nothing.
pub(super) const UNUSED: &str = "#unused";

pub(super) fn operator(op: Binary) -> &'static str {
    match op {
        Binary::Add => ADD,
        Binary::Sub => "_-_",
        Binary::Mul => "_*_",
        Binary::Div => "_/_",
        Binary::Rem => "_%_",
        Binary::Eq => EQUALS,
        Binary::Ne => "_!=_",
        Binary::Lt => "_<_",
        Binary::Le => "_<=_",
        Binary::Gt => "_>_",
        Binary::Ge => "_>=_",
        Binary::In => "@in",
    }
}
