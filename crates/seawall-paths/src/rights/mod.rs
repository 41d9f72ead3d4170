//! Which permissions of the primitive table the rules of a role hold; computed once for each distinct list of rules.

mod holding;
pub(crate) mod permission;

pub(crate) use holding::{Holding, Holdings};
pub(crate) use permission::{Mode, Permission};
