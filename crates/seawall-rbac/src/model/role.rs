//! Roles.

use crate::Sym;
use crate::model::{ObjectRef, RuleSetId};

/// The number of a role in a model; a role that is only referred to has one too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleId(pub(crate) u32);

/// Whether a role is of a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoleKind {
    /// A ClusterRole.
    ClusterRole,
    /// A Role.
    Role,
}

/// A Role or ClusterRole that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    pub(crate) id: RoleId,
    pub(crate) key: RoleKey,
    pub(crate) rule_set: RuleSetId,
    /// Where each rule of an aggregated role stands that the cluster has not written out.
    pub(crate) sources: Option<Box<[(RoleId, u32)]>>,
    pub(crate) aggregated: bool,
    pub(crate) expected: bool,
    pub(crate) assumed: bool,
}

impl Role {
    /// Its number.
    pub fn id(&self) -> RoleId {
        self.id
    }

    /// Its kind.
    pub fn kind(&self) -> RoleKind {
        if self.key.namespace.is_some() { RoleKind::Role } else { RoleKind::ClusterRole }
    }

    /// Its namespace; `None` for a ClusterRole.
    pub fn namespace(&self) -> Option<Sym> {
        self.key.namespace
    }

    /// Its name.
    pub fn name(&self) -> Sym {
        self.key.name
    }

    /// Its rules; those of its parts when it is aggregated and its own are not written out.
    pub fn rule_set(&self) -> RuleSetId {
        self.rule_set
    }

    /// Whether it has an `aggregationRule`.
    pub fn is_aggregated(&self) -> bool {
        self.aggregated
    }

    /// Whether it is a role of a vanilla control plane, with no rule beyond those that come with it.
    pub fn is_expected(&self) -> bool {
        self.expected
    }

    /// Whether there is no object: the inventory cannot show all ClusterRoles, and every control plane has this one.
    pub fn is_assumed(&self) -> bool {
        self.assumed
    }
}

/// Where a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleEvidence<'m> {
    /// The object that holds the rule.
    pub role: ObjectRef<'m>,
    /// Its place in `rules`, from 0.
    pub rule: u32,
}

/// What a role is found by; without a namespace it is a ClusterRole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RoleKey {
    pub(crate) namespace: Option<Sym>,
    pub(crate) name: Sym,
}

/// A role, or the place of one that is referred to.
#[derive(Clone, Debug)]
pub(crate) struct RoleSlot {
    pub(crate) key: RoleKey,
    pub(crate) role: Option<Role>,
}
