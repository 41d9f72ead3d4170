//! ValidatingAdmissionPolicy and MutatingAdmissionPolicy exactly as the API server of Kubernetes 1.36 runs them.
//!
//! ```text
//! Inventory ─ read (refusals) ─ PolicySet ─┐
//! Request ────────────────────────────────┼─ dispatch (matching, params) ─ conditions ─ validate ─ answer ─ Decision
//! Inventory, Rbac ─ World ────────────────┘
//! ```
//!
//! Invariants, above all what is absent:
//! - a set of policies never changes, is compiled once, and is shared by threads; a request costs nothing for policies that
//!   do not speak about it;
//! - what the API server refuses is not in force, and says so in its words;
//! - messages, order and limits are the API server's; where its order is not fixed it is that of names;
//! - what the world around a request does not hold is unknown: such a policy is [`NotJudged`](crate::admission::NotJudged),
//!   never passed;
//! - no conversion by webhooks, no rights but RBAC's, no clock.

mod activation;
mod answer;
mod asked;
mod authorizer;
pub(crate) mod conditions;
mod convert;
mod dispatch;
mod environment;
mod expression;
pub(crate) mod judge;
mod kinds;
mod matching;
mod needs;
mod objects;
mod observer;
mod params;
mod policy;
mod read;
mod set;
pub(crate) mod typing;
mod validate;
mod world;

pub use asked::ResourceRule;
pub use needs::Needs;
pub use observer::Observer;
pub use read::{Fault, FieldError, Refusal};
pub use set::PolicySet;
pub use world::{Types, World};

pub(crate) use activation::{Activation, NamespaceObject};
pub(crate) use authorizer::{Doubt, Rights};
pub(crate) use convert::with_version;
pub(crate) use dispatch::{Plan, Step, plan};
pub(crate) use expression::Expression;
pub(crate) use matching::{Constraints, Matched, Rule, Scope, Subject, Target, Word};
pub(crate) use objects::Objects;
pub(crate) use params::Param;
pub(crate) use policy::{Binding, FailurePolicy, Mutation, Policy, Rules};
pub(crate) use read::{Flavor, GROUP, binding as read_binding, policy as read_policy};
pub(crate) use world::Namespace;
