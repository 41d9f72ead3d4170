//! Attack primitives as data: which rights open which step.
//!
//! [`Capability`] is one right (`create pods`); [`Facts`] says which of them a list of rules holds, for all objects or
//! for named ones; [`Primitive`] is a step of an attack with the capabilities that it needs, as alternatives of
//! conjunctions. Whoever joins rights of several identities works on facts; [`crate::risks`] joins those of one subject.

mod capability;
mod facts;
mod table;

pub use capability::{Capabilities, Capability, Reach, What};
pub use facts::{FactTable, Facts};
pub use table::{Object, PRIMITIVES, Primitive, primitive};

pub(crate) use facts::Table;
