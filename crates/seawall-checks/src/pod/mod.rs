//! What several pod checks share.
//!
//! The checks themselves are the files beside this one; the build finds them. What they share lies in `shared`, where
//! the build looks for none.

mod shared;

pub use shared::host_path::clean as clean_host_path;

pub(crate) use shared::setter::setters;
pub(crate) use shared::{capability, host_path};
