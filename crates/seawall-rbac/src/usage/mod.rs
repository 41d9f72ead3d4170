//! What rights were really used: every authorized request of an audit log, given to the bindings and rules that allow it.
//!
//! ```text
//! Event ─ ClientRecorder ─ Requests ─┬─ Usage::of (Rbac) ─ Use of a binding, a rule, a client
//!                                    └─ Requests::through (Rbac, Binding) ─ Observations ─ minimize
//! ```
//!
//! Invariants: a request that several bindings allow counts as a use of each, and as *needed* for none. Requests of
//! `system:masters`, and those that another authorizer than RBAC let through, use no binding. What was not observed is
//! not called unused: the window goes with every answer.

mod count;
mod record;

pub use count::{Usage, Use};
pub use record::{ClientRecorder, Requests};
