//! Rego: from the text in a template to violations.
//!
//! The engine is `regorus`; nothing outside of this module names it but for its values. What it does unlike OPA is undone
//! ([`rewrite`]), guarded ([`builtins`]) or refused ([`check`]).

mod builtins;
mod check;
mod program;
mod rewrite;
mod shape;
pub(crate) mod value;
mod walk;
mod written;

pub(crate) use program::Program;
pub(crate) use rewrite::INVENTORY;
pub(crate) use written::Written;
