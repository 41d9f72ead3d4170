//! One admission request and what is decided about it: the words that policies, files and the webhook share.
//!
//! Invariants: a request borrows from the tree that it was read from; nothing of it is converted. What is absent in a
//! request is empty text or `None` here. A decision says everything that the API server can carry back.

mod decision;
mod made;
mod request;

pub use decision::{Action, Decision, Denial, Failure, NotJudged, Note, Reason};
pub use made::{Called, Resources, as_created, as_updated};
pub use request::{Operation, Request, Unseen, User};
