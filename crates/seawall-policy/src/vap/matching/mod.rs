//! Which requests a policy or a binding speaks about.
//!
//! Invariants: what is not known never decides: it is [`Matched::Unknown`], unless something else already says no. Order of
//! the tests does not show, so the cheapest come first.
//! Source: `pkg/admission/plugin/policy/matching/matching.go` and `pkg/admission/plugin/webhook/predicates` of the API
//! server.

mod constraints;
mod rule;

pub(crate) use constraints::{Constraints, Matched, Subject};
pub(crate) use rule::{Rule, Scope, Target, Word};
