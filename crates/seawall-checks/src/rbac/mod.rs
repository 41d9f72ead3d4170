//! What the checks of roles and bindings share.

pub(crate) mod model;
mod rights;

pub(crate) use rights::{RightsModel, holders};
