//! What several checks ask of components.

pub(crate) mod address;
pub(crate) mod admission;
pub(crate) mod audit;
pub(crate) mod authorization;
pub(crate) mod ciphers;
pub(crate) mod duration;
pub(crate) mod rules;
