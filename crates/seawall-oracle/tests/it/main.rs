//! The oracle itself, held against a real API server's answers and against published truth tables.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod followed;
mod labelled;
mod paths;
mod reach;
mod rights;
mod world;
