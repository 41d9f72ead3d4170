//! The server as an API server meets it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod certificates;
mod changing;
mod client;
#[cfg(feature = "write")]
mod cluster;
mod hostile;
mod image_pins;
mod images;
mod images_at_will;
#[cfg(feature = "live")]
mod live;
mod pod_security;
mod preview;
mod process;
mod serving;
mod shop;
mod stand;
/// The small world of trust that signatures are tested with.
#[path = "../../../seawall-image/tests/it/world/mod.rs"]
#[allow(dead_code, reason = "these tests need a part of it")]
mod world;
