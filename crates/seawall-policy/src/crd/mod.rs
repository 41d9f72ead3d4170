//! Validation rules of CustomResourceDefinitions: expressions over values that a schema types.
//!
//! ```text
//! openAPIV3Schema ─ Schema ─ Declared (types, sizes) ─ compile ─ Compiled (checked, its cost estimated)
//! resource ─ value (typed by the schema) ─ Compiled::evaluate ─ Outcome
//! ```
//!
//! Invariants, above all what is absent:
//! - types, names and sizes are those of `apiserver/pkg/cel/{common,openapi}` and `apiextensions-apiserver/…/schema/cel`;
//! - what a schema does not describe has no type and cannot be named;
//! - no ratcheting and no budget for a whole resource: a rule is judged by itself;
//! - no check of the schema itself: what it says wrongly is as unsaid.

mod declared;
mod escape;
mod rule;
mod schema;
mod value;

#[cfg(test)]
mod tests;

pub use declared::Declared;
pub use escape::{escape, unescape};
pub use rule::{Compiled, Outcome, Refused, compile};
pub use schema::{ListType, Rule, Schema};
pub use value::{Invalid, value};
