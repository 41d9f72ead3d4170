//! Tests of the network model: single rules of the API, and the whole against a naive evaluator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod changes;
mod generate;
mod least;
mod naive;
mod owners;
mod refused;
mod rules;
mod world;
