//! Who may do what: exactly the API server's RBAC authorizer.
//!
//! In: an `Inventory`, or objects one at a time. Out: an [`Rbac`] that answers whether a client may do something and
//! through which binding and rule ([`Rbac::allows`]), who may ([`Rbac::who_can`]), and gives bindings and roles with
//! their rules compiled. Beside them [`minimize`] makes the smallest roles that an audit log asks for, [`usage`] counts how
//! often each right was really used, and [`kubeconfig`] judges the files that open clusters.
//!
//! Invariants, above all what is absent:
//! - no IO, no clock, no threads; nothing panics on any object;
//! - a missing role grants nothing; a reference or subject that the API server would refuse grants nothing and is a
//!   problem; of two objects of one identity the first counts and the other is a problem;
//! - answers after any order of [`Rbac::apply`] and [`Rbac::delete`] equal those of a fresh build;
//! - only rules are modelled: no Node authorizer, no webhook, no admission. The group `system:masters` is
//!   ([`Grant::Masters`]), since no rule can take its rights away.

mod authorize;
mod covers;
mod defaults;
mod diff;
pub mod kubeconfig;
pub mod minimize;
mod model;
pub mod primitives;
mod request;
mod resources;
mod risks;
mod rule;
mod subject;
mod symbols;
pub mod usage;

pub use authorize::{Decision, Grant, Holder};
pub use defaults::{
    DefaultBinding, DefaultRole, DefaultRule, default_binding, default_bindings, default_role,
};
pub use diff::{Change, Right, diff};
pub use model::{
    Binding, BindingId, MastersRule, ObjectRef, Rbac, Role, RoleId, RoleKind, RuleEvidence, RuleSetId, Scope,
    SubjectId,
};
pub use request::{Request, ResourceRequest};
pub use resources::Written;
pub use risks::{Risk, RiskEvidence, Surroundings, risks};
pub use rule::Rule;
pub use subject::{
    ANONYMOUS, AUTHENTICATED, MASTERS, NoSubject, SERVICE_ACCOUNTS, Subject, UNAUTHENTICATED, UserInfo,
};
pub use symbols::Sym;
