//! Readings of pod fields that more than one check needs.

pub(crate) mod apparmor;
pub(crate) mod capability;
pub(crate) mod host_path;
pub(crate) mod id_floor;
pub(crate) mod object;
pub(crate) mod process;
pub(crate) mod sandbox;
pub(crate) mod seccomp;
pub(crate) mod setter;
pub(crate) mod source;
