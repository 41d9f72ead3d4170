//! Tests of the check engine, its checks and their pages.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr
)]

mod catalogue;
mod controlplane;
mod engine;
mod fixes;
mod pages;
mod pss;
mod secrets_stay;
mod severities;
mod vanilla;
