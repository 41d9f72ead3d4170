//! Pod Security Standards, exact: what the Pod Security admission of Kubernetes says of a pod, version by version.
//!
//! In: a pod's place in a resource and a [`Policy`]. Out: [`Violation`]s with upstream's reasons and details, or an
//! [`Evaluation`](crate::Evaluation) over an inventory.
//!
//! Source of the rules: the standard (<https://kubernetes.io/docs/concepts/security/pod-security-standards/>) and the
//! package `policy` of `k8s.io/pod-security-admission`, up to policy version 1.37.
//!
//! Invariants, above all what is absent:
//! - no tolerant reading: fields are read as the typed decoder of the API server reads them. Where it would refuse the
//!   object there is no verdict, never a pass;
//! - no defaulting where it changes no verdict (a `hostPort` under `hostNetwork`): the object is judged as it stands. A
//!   volume without any source is the `emptyDir` that the API server makes of it;
//! - no namespace labels and no exemptions: who asks chooses the policy;
//! - results stand in upstream's order: controls of baseline by id, then those of restricted by id.

mod control;
mod controls;
mod evaluate;
mod exact;
mod message;
mod policy;
mod setters;

pub use control::{Control, Violation, control, controls};
pub use controls::DEFAULT_CAPABILITIES;
pub use evaluate::{evaluate, evaluate_pod, evaluate_telling};
pub(crate) use exact::ALLOWED_SOURCES;
pub use exact::NotEvaluatedReason;
pub use message::{enforce_message, forbidden_detail, forbidden_reason, warn_message};
pub use policy::{Level, ParsePolicyError, Policy, Version};
