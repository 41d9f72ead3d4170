//! Policies from outside: what they say of requests, and what is said of them; and those that are made of checks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr
)]

mod defaults;
mod generate;
mod map;
mod vap;
