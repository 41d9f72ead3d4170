//! Typed, lazy, tolerant readers of a resource's tree.

mod container;
mod place;
mod pod;
mod rbac;
mod volume;

pub use container::{ContainerKind, ContainerView, EnvVar, VolumeMount};
pub use place::Place;
pub use pod::PodView;
pub use rbac::{BindingSubject, BindingView, PolicyRule, RoleRef, RoleView, SubjectKind};
pub use volume::VolumeView;
