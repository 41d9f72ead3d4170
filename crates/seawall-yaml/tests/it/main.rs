//! The integration tests of the readers, the writer and the editor, as one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]

mod edit;
mod edit_random;
mod json;
mod yaml;
