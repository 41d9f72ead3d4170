//! From objects to templates, constraints and settings. What is not understood is a [`Fault`](crate::fault::Fault).

pub(crate) mod config;
pub(crate) mod constraint;
mod field;
pub(crate) mod matching;
pub(crate) mod parameters;
pub(crate) mod template;
