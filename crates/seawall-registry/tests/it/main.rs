//! Integration tests of the client: a registry of the tests' own on loopback, which does what it is told, and the real one
//! where it is installed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod access;
mod double;
mod hostile;
mod real;
mod resolve;
mod shelf;
mod signatures;
