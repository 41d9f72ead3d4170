//! From a built-in check to a ValidatingAdmissionPolicy that the API server runs by itself.
//!
//! ```text
//! policies/<area>/<check>.yaml ─┐
//! policies/shared.yaml ─────────┼─ generate(What, Options) ─▶ policy + binding as YAML
//! settings of seawall.yaml ─────┘
//! ```
//!
//! One file a policy. It holds one CEL expression, `faults`: the list of what is wrong with the object, in the words of
//! the check's findings. The policy asks that the list is empty and answers with it. What several policies need (the pod
//! of any kind that makes one, its containers with their names) are shared variables, written into the policies that use
//! them.
//!
//! Invariants, above all what is absent:
//! - the checks themselves are unknown here; tests hold each policy against its check, verdict and message, on random
//!   objects. Every check either has a policy or a reason why it has none ([`not_expressible`]);
//! - only functions that the API server has since 1.30 are used;
//! - a value from outside gets into an expression as a literal or not at all;
//! - equal input gives equal text; nothing is read or written.

mod assemble;
mod family;
mod options;
mod reasons;
mod request;
mod settings;
mod source;
mod text;

pub use assemble::{Generated, Left, generate};
pub use options::{ConfigMap, Mode, OnFailure, Options};
pub use reasons::not_expressible;
pub use request::{GenerateError, Level, What};
pub use settings::{Parameter, Parameters, Setting};
pub use source::{Policy, find, policies};
