//! What the graph is made of, beside rights and reach: one small record an object, put and taken one at a time.

mod cloud;
pub(crate) mod container;
pub(crate) mod host_path;
mod node;
mod pod;
pub(crate) mod store;

pub(crate) use cloud::CloudKind;
pub(crate) use container::{ContainerFacts, Escape, Landing};
pub(crate) use node::NodeFacts;
pub(crate) use pod::PodFacts;
pub(crate) use store::{Facts, SecretFacts, ServiceFacts};
