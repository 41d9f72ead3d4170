//! Integration tests of images: signatures by a small certificate authority, logs and a timestamp authority of our own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod bundles;
mod cosign;
mod flips;
mod layout;
mod policies;
mod refusals;
mod world;
