//! Who can reach whom: network policies, services and exposure in one model.
//!
//! Invariants, above all what is absent: no IO, no clock; nothing panics on any object.

pub mod exposure;
