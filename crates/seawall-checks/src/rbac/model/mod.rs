//! Who holds which right, as far as checks need it.
//!
//! ```text
//! Grant ──rules of a role──▶ Hit ──bindings of the role──▶ Reach ──weigh of the check──▶ finding
//! ```
//!
//! Invariants, above all what is absent:
//! - matching is that of the API server's RBAC authorizer; there is no notion of "similar" rights;
//! - a right on a cluster-scoped resource is dead in a RoleBinding, and one that nobody holds is no finding at full
//!   severity;
//! - what Kubernetes itself sets up is silent by name *and* content: a built-in role with more rights than it comes with,
//!   and a built-in binding with more subjects, are reported;
//! - work is linear in rules, bindings and subjects: a role is read once for all its bindings, and what is listed in a
//!   finding is bounded by [`MAX_LISTED`]. No authorizer: whole answers to "who can" are given elsewhere.

mod binding;
mod builtin;
mod grant;
mod power;
mod reach;
mod subject;
#[cfg(test)]
mod tests;

pub(crate) use binding::{Evidence, Looking, PLATFORM_BINDINGS, judge_bindings};
pub(crate) use builtin::{
    BOOTSTRAP_LABEL, beyond_default, gives, gives_everything, is_builtin, is_builtin_hit, is_default_subject,
    is_known_role, is_public_role,
};
pub(crate) use grant::{
    Grant, Hit, Part, Scope, effective_rules, everything, exec_grants, hits_of, is_judged_by_parts,
    too_many_parts,
};
pub(crate) use power::{Case, Focus, Power, Weight, judge_power, missing};
pub(crate) use reach::{Excused, Reach};
pub(crate) use subject::{ALLOWED_SUBJECTS, Allowed, named};

use seawall_inventory::GroupKind;

/// The API group of roles and bindings.
pub(crate) const RBAC: &str = "rbac.authorization.k8s.io";
/// Roles of a namespace.
pub(crate) const ROLE: GroupKind<'static> = GroupKind::new(RBAC, "Role");
/// Roles of the cluster.
pub(crate) const CLUSTER_ROLE: GroupKind<'static> = GroupKind::new(RBAC, "ClusterRole");
/// Bindings in a namespace.
pub(crate) const ROLE_BINDING: GroupKind<'static> = GroupKind::new(RBAC, "RoleBinding");
/// Bindings in the whole cluster.
pub(crate) const CLUSTER_ROLE_BINDING: GroupKind<'static> = GroupKind::new(RBAC, "ClusterRoleBinding");

/// Without one of these nobody knows who holds a right.
pub(crate) const ALL_FOUR: &[GroupKind<'static>] = &[ROLE, CLUSTER_ROLE, ROLE_BINDING, CLUSTER_ROLE_BINDING];

/// How many objects or places a finding names; the message still counts them all.
pub(crate) const MAX_LISTED: usize = 32;
