//! From objects to policies and bindings: what the API server would take, compiled, and why it refuses the rest.
//!
//! Invariants: what is refused is not there; every refusal says the field and the API server's own words. Expressions are
//! compiled here and nowhere else. Nothing of the objects is kept but what a policy needs.
//! Source: `pkg/apis/admissionregistration/validation/validation.go` and `v1/defaults.go` of the API server.

mod binding;
mod expression;
mod fault;
mod field;
mod mutation;
mod names;
mod params;
mod policy;
mod resources;
mod selector;
mod validation;

pub use fault::{Fault, FieldError, Refusal};

pub(crate) use binding::binding;
pub(crate) use fault::{json, json_text};
pub(crate) use policy::{Flavor, policy};

/// The group of policies and bindings.
pub(crate) const GROUP: &str = "admissionregistration.k8s.io";
