//! Tests of the network model: single rules of the API, and the whole against a naive evaluator.

mod rules;
mod world;
