//! Brute-force answers on small clusters: who may do what, who reaches whom, which sinks an attacker reaches from where.
//!
//! For tests only. Every question walks all objects again, in the words of the API documentation, on plain JSON; there is
//! no index, no cache and no code of the rooms that are compared with it.
//!
//! Invariants, above all what is absent: no dependency on another room; no optimisation; equal seeds make equal
//! [`clusters`].

pub mod attacked;
mod attacked_pods;
mod attacked_system;
pub mod clusters;
mod json;
pub mod network;
pub mod paths;
pub mod rbac;
mod selector;
