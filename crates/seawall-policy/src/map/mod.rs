//! MutatingAdmissionPolicy: what policies change, exactly as the API server of Kubernetes 1.36 does it.
//!
//! ```text
//! Request ─ dispatch ─ conditions ─ expressions ─ made (values) ─ patch (merge, JSON patch) ─ decode, default ─┐
//!              └────────────── once more, for those that want it, when the object changed ──────────────────────┘
//! ```
//!
//! Invariants, above all what is absent:
//! - an error of one mutation denies the request, and what the others changed is not kept;
//! - after every mutation the object is decoded and defaulted again, so that the next one sees a whole object;
//! - what is not known about the object's type or the world is [`NotJudged`](crate::admission::NotJudged), and such a policy
//!   changes nothing;
//! - no validation of the changed object, no field managers.
//!
//! Source: `pkg/admission/plugin/policy/mutating` of the API server.

mod invocation;
mod made;
mod mutate;
mod names;
mod patch;
mod reinvocation;
