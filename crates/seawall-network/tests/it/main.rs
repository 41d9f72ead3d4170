//! Tests of the network model: single rules of the API, and the whole against a naive evaluator.

mod changes;
mod generate;
mod naive;
mod owners;
mod refused;
mod rules;
mod world;
