//! Clusters: a stand-in API server in this process, and a real one where there is one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout
)]

mod documents;
mod e2e;
mod errors;
mod listing;
mod snapshots;
mod stand;
mod support;
mod verdicts;
mod watching;
#[cfg(feature = "write")]
mod writing;
