//! What several workload checks share.
//!
//! The checks themselves are the files beside this one; the build finds them. What they share lies in `shared`, where
//! the build looks for none.

mod shared;

pub(crate) use shared::*;
