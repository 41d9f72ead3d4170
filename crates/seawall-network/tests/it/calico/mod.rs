//! Calico: its documentation rule by rule, and random worlds against a naive evaluator.

mod changes;
mod generate;
mod mixed;
mod naive;
mod refused;
mod rules;
mod selectors;
