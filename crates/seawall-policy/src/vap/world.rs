//! The cluster around a request, as far as it is known.

use seawall_inventory::{Completeness, GroupKind, Inventory};
use seawall_rbac::Rbac;
use seawall_yaml::Node;

use super::kinds::Kinds;

/// Namespaces, parameters and rights.
///
/// Invariant: it is made once for an inventory and shared by all requests and threads. What the inventory does not hold
/// and is not complete in is unknown, never absent.
#[derive(Debug)]
pub struct World<'w> {
    inventory: &'w Inventory,
    rbac: Option<&'w Rbac>,
    kinds: Kinds,
}

/// What is known of a namespace.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Namespace<'w> {
    /// It is stored like this.
    Is(Node<'w>),
    /// There is none of this name.
    Missing,
    /// Nobody has seen it.
    Unknown,
}

const NAMESPACE: GroupKind<'_> = GroupKind::new("", "Namespace");
const RBAC: &str = "rbac.authorization.k8s.io";

impl<'w> World<'w> {
    /// The world of an inventory. Without rights, whatever asks the authorizer is not evaluated.
    pub fn new(inventory: &'w Inventory, rbac: Option<&'w Rbac>) -> Self {
        World { inventory, rbac, kinds: Kinds::of(inventory) }
    }

    pub(crate) fn inventory(&self) -> &'w Inventory {
        self.inventory
    }

    pub(crate) fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    pub(crate) fn rbac(&self) -> Option<&'w Rbac> {
        self.rbac
    }

    /// Whether every right that anybody has is here.
    pub(crate) fn rights_are_complete(&self) -> bool {
        let kinds = ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
        let complete =
            |kind| self.inventory.completeness(GroupKind::new(RBAC, kind)) == Completeness::Complete;
        kinds.into_iter().all(complete)
    }

    pub(crate) fn namespace(&self, name: &str) -> Namespace<'w> {
        match self.inventory.find(NAMESPACE, None, name) {
            Some(found) => Namespace::Is(found.root()),
            None if self.inventory.completeness(NAMESPACE) == Completeness::Complete => Namespace::Missing,
            None => Namespace::Unknown,
        }
    }
}
