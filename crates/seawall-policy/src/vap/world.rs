//! The cluster around a request, as far as it is known.

use seawall_inventory::{Completeness, GroupKind, Inventory};
use seawall_rbac::Rbac;
use seawall_schema::Schemas;
use seawall_yaml::Node;

use super::kinds::{KindScope, Kinds};

/// Namespaces, parameters and rights.
///
/// Invariant: it is made once for an inventory and shared by all requests and threads. What the inventory does not hold
/// and is not complete in is unknown, never absent.
#[derive(Debug)]
pub struct World<'w> {
    inventory: &'w Inventory,
    rbac: Option<&'w Rbac>,
    /// Whether every right that anybody has is here.
    rights: bool,
    schemas: Schemas,
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

const DEFINITION: GroupKind<'_> = GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition");
const NAMESPACE: GroupKind<'_> = GroupKind::new("", "Namespace");
const RBAC: &str = "rbac.authorization.k8s.io";

impl<'w> World<'w> {
    /// The world of an inventory. Without rights, whatever asks the authorizer is not evaluated.
    pub fn new(inventory: &'w Inventory, rbac: Option<&'w Rbac>) -> Self {
        let mut schemas = Schemas::builtin();
        for definition in inventory.of_kind(DEFINITION) {
            // What a definition says wrong describes nothing; whoever reads definitions tells it.
            schemas.add_crd(definition.root());
        }
        let kinds = ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
        let complete = |kind| inventory.completeness(GroupKind::new(RBAC, kind)) == Completeness::Complete;
        let rights = rbac.is_some() && kinds.into_iter().all(complete);
        World { inventory, rbac, rights, kinds: Kinds::of(inventory, &schemas), schemas }
    }

    /// The types of the cluster.
    pub fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// The plural name of a kind, and whether its objects have a namespace; `None` when nothing defines the kind.
    pub fn resource_of(&self, group: &str, version: &str, kind: &str) -> Option<(&str, bool)> {
        self.kinds.resource_of(group, version, kind)
    }

    /// Whether it is certain that a kind is served.
    pub(crate) fn knows_kind(&self, group: &str, version: &str, kind: &str) -> bool {
        matches!(self.kinds.scope(group, version, kind), KindScope::Cluster | KindScope::Namespaced)
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

    pub(crate) fn rights_are_complete(&self) -> bool {
        self.rights
    }

    pub(crate) fn namespace(&self, name: &str) -> Namespace<'w> {
        match self.inventory.find(NAMESPACE, None, name) {
            Some(found) => Namespace::Is(found.root()),
            None if self.inventory.completeness(NAMESPACE) == Completeness::Complete => Namespace::Missing,
            None => Namespace::Unknown,
        }
    }
}
