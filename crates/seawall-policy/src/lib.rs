//! Policies: the languages in which people write rules, and the verdicts over resources.
//!
//! Invariants, above all what is absent:
//! - no IO, no clock, no threads: what an expression says depends on its text and its variables;
//! - nothing panics on input and nothing runs long: size, depth and steps are bounded;
//! - requests and resources are read where they lie ([`seawall_yaml::Node`]); they are never converted.

pub mod admission;
pub mod cel;
pub mod crd;
pub mod defaults;
pub mod generate;
pub mod input;
pub mod lint;
mod map;
pub mod page;
pub mod run;
pub mod vap;

#[cfg(test)]
mod tests_support;
