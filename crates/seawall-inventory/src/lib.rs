//! What is: Kubernetes objects as one immutable, indexed set, and typed views that read them.
//!
//! In: trees with their origins. Out: an [`Inventory`], [`Resource`]s, and views ([`PodView`], [`ContainerView`],
//! [`RoleView`] …) that give effective values.
//!
//! Invariants, above all what is absent:
//! - no IO, no clock, no threads; an inventory never changes once built;
//! - an unset namespace is *unset*, not `default` (see [`Inventory::same_namespace`] for how it joins);
//! - absence of an object proves something only where its kind is [`Completeness::Complete`];
//! - views are tolerant: a field of the wrong type reads as unset; Pod Security Standards do not use them for verdicts;
//! - nothing here panics on any tree, and nothing knows whether there was a text.

mod aggregation;
mod inventory;
mod kinds;
mod known_labels;
mod labels;
mod lint;
mod owned_selector;
mod pods;
mod resource;
mod selector;
mod variants;
mod view;

pub use inventory::{Completeness, Inventory, InventoryBuilder, LEFT_OUT, RelatedRoles};
pub use kinds::{GroupKind, is_cluster_scoped};
pub use known_labels::KnownLabels;
pub use labels::Labels;
pub use lint::{Lint, LintRule};
pub use owned_selector::{LabelTest, OwnedSelector, Requirement};
pub use pods::{POD_KINDS, PodPlace};
pub use resource::{NotAResource, Resource};
pub use selector::Selector;
pub use view::{
    BindingSubject, BindingView, ContainerKind, ContainerView, EnvVar, Place, PodView, PolicyRule, RoleRef,
    RoleView, SubjectKind, VolumeMount, VolumeView,
};
