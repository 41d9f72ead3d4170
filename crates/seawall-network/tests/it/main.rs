//! Tests of the network model: single rules of the API, and the whole against a naive evaluator.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod calico;
mod changes;
mod cilium;
mod generate;
mod generate_cilium;
mod least;
mod naive;
mod naive_cilium;
mod owners;
mod refused;
mod rules;
mod world;
