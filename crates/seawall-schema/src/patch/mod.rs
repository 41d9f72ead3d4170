//! JSON patches (RFC 6902), applied as the API server applies them, and made from two values; changes carried over from one
//! form of a value to another.
//!
//! Deviations from the RFC are those of the library that the API server uses (`evanphx/json-patch` 4): an index may count
//! from the end, `replace` of an unset key adds it, a missing `value` is `null`, and below `null` nothing is found.

mod apply;
mod diff;
mod keys;
mod pointer;
mod rebase;

use crate::value::Value;

pub use apply::apply_patch;
pub use diff::diff;
pub use pointer::{escape, unescape};
pub use rebase::rebase;

/// One operation of a patch.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation<'t> {
    /// `add`, `remove`, `replace`, `move`, `copy` or `test`; anything else fails when it is applied.
    pub op: String,
    /// Where: a JSON pointer.
    pub path: String,
    /// From where, for `move` and `copy`.
    pub from: Option<String>,
    /// What, for `add`, `replace` and `test`.
    pub value: Option<Value<'t>>,
}

/// Why a patch was not applied; the texts are the API server's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// A `test` did not hold. In mutating policies such a patch is dropped without an error.
    #[error("{0}")]
    TestFailed(String),
    /// It does not apply.
    #[error("{0}")]
    Refused(String),
}

impl<'t> Operation<'t> {
    /// The operation as a value, as a webhook answers it.
    pub fn to_value(&self) -> Value<'t> {
        let owned = |text: &str| Value::Str(text.to_owned().into());
        let mut map = Value::map();
        map.set("op", owned(&self.op));
        map.set("path", owned(&self.path));
        if let Some(from) = &self.from {
            map.set("from", owned(from));
        }
        if let Some(value) = &self.value {
            map.set("value", value.clone());
        }
        map
    }
}
