//! What several node checks share.
//!
//! The checks themselves are the files beside this one; the build finds them.

/// What several checks ask of kubelets.
pub(crate) mod shared;
