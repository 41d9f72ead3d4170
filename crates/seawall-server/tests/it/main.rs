//! The server as an API server meets it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod certificates;
mod changing;
mod client;
#[cfg(feature = "write")]
mod cluster;
mod hostile;
#[cfg(feature = "live")]
mod live;
mod pod_security;
mod preview;
mod process;
mod serving;
mod stand;
