//! Readings of pod fields that more than one check needs.

pub(crate) mod capability;
pub(crate) mod host_path;
pub(crate) mod setter;
