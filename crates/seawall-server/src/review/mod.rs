//! Reviews: what the API server posts, and what it is answered.
//!
//! Invariants, above all what is absent:
//! - the body is read once; objects are judged where they lie in its tree;
//! - nothing here prints what an object holds: faults name fields and types, never values.

pub(crate) mod patch;
mod read;
mod write;

pub use read::{BadReview, Review, ReviewLimits};
pub use write::{Answer, Status};
pub(crate) use write::{annotation_key, text as json_text};
