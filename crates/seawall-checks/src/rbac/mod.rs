//! What the checks of roles and bindings share.

pub(crate) mod model;
