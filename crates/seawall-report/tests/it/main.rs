//! Tests of what a report looks like and of what it must never show.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod comply;
mod hostile;
mod json;
mod machines;
mod scale;
mod score_page;
mod secrets;
mod support;
mod table;
