//! Templates and constraints from their texts to decisions.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests may fail loudly; one of them reads a folder that is named from outside"
)]

mod faults;
mod hostile;
mod library;
mod policies;
mod rego;
mod support;
