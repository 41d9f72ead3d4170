//! How an attacker goes from one thing to another: one factorised graph over rights, reach, pods and nodes.
//!
//! Invariants, above all what is absent: no IO, no clock; simple paths are never enumerated.
