//! What the graph is made of, beside rights and reach: one small record an object, put and taken one at a time.

pub(crate) mod admission;
pub(crate) mod arguments;
mod cloud;
pub(crate) mod container;
pub(crate) mod control;
mod definitions;
pub(crate) mod flaws;
mod hardening;
pub(crate) mod host_path;
mod image;
mod node;
pub(crate) mod open;
mod placement;
mod pod;
pub(crate) mod snippets;
pub(crate) mod software;
pub(crate) mod store;

pub(crate) use cloud::CloudKind;
pub(crate) use container::{ContainerFacts, Escape, Landing};
pub(crate) use definitions::DefinitionFacts;
pub(crate) use flaws::FlawFacts;
pub(crate) use hardening::Hardening;
pub(crate) use image::ImageFacts;
pub(crate) use node::NodeFacts;
pub(crate) use pod::PodFacts;
pub(crate) use store::{Facts, SecretFacts};
