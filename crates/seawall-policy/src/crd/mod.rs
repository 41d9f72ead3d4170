//! Validation rules of CustomResourceDefinitions: expressions over values that a schema types.
//!
//! ```text
//! openAPIV3Schema ─ Schema ─ Declared (types, sizes) ─ Rule (checked, its cost estimated)
//! ```
//!
//! Invariants, above all what is absent:
//! - types, names and sizes are those of `apiserver/pkg/cel/{common,openapi}` and `apiextensions-apiserver/…/schema/cel`;
//! - what a schema does not describe has no type and cannot be named;
//! - no check of the schema itself: what it says wrongly is as unsaid.

mod declared;
mod escape;
mod rule;
mod schema;

#[cfg(test)]
mod tests;

pub use declared::Declared;
pub use escape::{escape, unescape};
pub use rule::{Compiled, Refused, compile};
pub use schema::{ListType, Rule, Schema};
