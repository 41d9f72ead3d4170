//! Placeholder.
use crate::generate::value::{Chance, Value};
pub(super) fn object(chance: &mut Chance) -> Value { super::pod::maker(chance) }
