//! What several checks of control planes and nodes share.
//!
//! The checks themselves are the files beside this one; the build finds them. What they share lies in the folders, where
//! the build looks for none.

/// The components of a cluster: their command lines, and the documents that configure them.
pub(crate) mod component;

/// What several checks ask of components.
pub(crate) mod shared;

pub use component::{Component, Part};
