//! Tests of what a report looks like and of what it must never show.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr
)]

mod browser;
mod causes;
mod comply;
mod hostile;
mod html;
mod json;
mod junit;
mod machines;
mod markdown;
mod pipelines;
mod scale;
mod score_page;
mod secrets;
mod support;
mod table;
mod xml;
