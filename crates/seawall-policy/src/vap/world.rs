//! The cluster around a request, as far as it is known.

use std::sync::Arc;

use seawall_inventory::{Completeness, GroupKind, Inventory};
use seawall_rbac::Rbac;
use seawall_schema::Schemas;
use seawall_yaml::Node;

use super::kinds::{KindScope, Kinds};

/// The types and kinds that a cluster has: those of Kubernetes, and those that its OpenAPI documents and its own definitions
/// add.
///
/// Invariant: it depends on nothing but the documents and definitions of an inventory and on whether the definitions are
/// complete, so it may be shared by all inventories that agree in these.
#[derive(Debug)]
pub struct Types {
    schemas: Schemas,
    kinds: Kinds,
}

/// Namespaces, parameters and rights.
///
/// Invariant: it lends an inventory and never changes; it is cheap to make where the types are shared. What the inventory
/// does not hold and is not complete in is unknown, never absent.
#[derive(Debug)]
pub struct World<'w> {
    inventory: &'w Inventory,
    rbac: Option<&'w Rbac>,
    types: Arc<Types>,
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
const RIGHTS: [&str; 4] = ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];

impl Types {
    /// What objects of each kind look like.
    pub fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// Those of an inventory.
    pub fn of(inventory: &Inventory) -> Self {
        let mut schemas = Schemas::builtin();
        // What documents and definitions say wrong describes nothing; whoever reads them tells it. A definition says more than
        // the document that the server makes of it.
        for document in inventory.api_documents() {
            schemas.add_openapi(document.root());
        }
        for definition in inventory.of_kind(DEFINITION) {
            schemas.add_crd(definition.root());
        }
        Types { kinds: Kinds::of(inventory, &schemas), schemas }
    }
}

impl<'w> World<'w> {
    /// The world of an inventory. Without rights, whatever asks the authorizer is not evaluated.
    pub fn new(inventory: &'w Inventory, rbac: Option<&'w Rbac>) -> Self {
        Self::with_types(inventory, rbac, Arc::new(Types::of(inventory)))
    }

    /// The same, where the types of the inventory are known already.
    pub fn with_types(inventory: &'w Inventory, rbac: Option<&'w Rbac>, types: Arc<Types>) -> Self {
        World { inventory, rbac, types }
    }

    /// The types of the cluster.
    pub fn schemas(&self) -> &Schemas {
        self.types.schemas()
    }

    /// Whether it is certain that a kind is served.
    pub(crate) fn knows_kind(&self, group: &str, version: &str, kind: &str) -> bool {
        matches!(self.kinds().scope(group, version, kind), KindScope::Cluster | KindScope::Namespaced)
    }

    pub(crate) fn inventory(&self) -> &'w Inventory {
        self.inventory
    }

    pub(crate) fn kinds(&self) -> &Kinds {
        &self.types.kinds
    }

    pub(crate) fn rbac(&self) -> Option<&'w Rbac> {
        self.rbac
    }

    /// Whether every right that anybody has is here.
    pub(crate) fn rights_are_complete(&self) -> bool {
        let complete =
            |kind| self.inventory.completeness(GroupKind::new(RBAC, kind)) == Completeness::Complete;
        self.rbac.is_some() && RIGHTS.into_iter().all(complete)
    }

    pub(crate) fn namespace(&self, name: &str) -> Namespace<'w> {
        match self.inventory.find(NAMESPACE, None, name) {
            Some(found) => Namespace::Is(found.root()),
            None if self.inventory.completeness(NAMESPACE) == Completeness::Complete => Namespace::Missing,
            None => Namespace::Unknown,
        }
    }
}
