//! Tests of loading.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

mod audit;
mod files;
#[cfg(unix)]
mod render;
mod snapshots;
