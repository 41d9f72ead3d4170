//! The server as an API server meets it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod certificates;
mod client;
#[cfg(feature = "write")]
mod cluster;
mod hostile;
#[cfg(feature = "live")]
mod live;
mod pod_security;
mod process;
mod serving;
mod stand;
