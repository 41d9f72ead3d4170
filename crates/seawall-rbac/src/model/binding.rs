//! Bindings.

use std::fmt;

use crate::Sym;
use crate::model::RoleId;

/// The number of a binding in a model; it may be used again after the binding is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BindingId(pub(crate) u32);

/// The number of an identity in a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectId(pub(crate) u32);

impl SubjectId {
    /// The place of the identity in a table over all of them.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a binding grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Everywhere: every namespace, cluster-scoped resources, paths.
    Cluster,
    /// In one namespace.
    Namespace(Sym),
}

/// A RoleBinding or ClusterRoleBinding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    pub(crate) id: BindingId,
    pub(crate) name: Sym,
    pub(crate) scope: Scope,
    pub(crate) role: Option<RoleId>,
    pub(crate) subjects: Box<[SubjectId]>,
    pub(crate) expected: bool,
}

impl Binding {
    /// Its number.
    pub fn id(&self) -> BindingId {
        self.id
    }

    /// Its name.
    pub fn name(&self) -> Sym {
        self.name
    }

    /// Where it grants.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The role that it refers to, whether or not it exists; `None` when the API server would refuse the reference.
    pub fn role(&self) -> Option<RoleId> {
        self.role
    }

    /// Whom it grants to, in the order written, each once; those that the API server would refuse are missing.
    pub fn subjects(&self) -> &[SubjectId] {
        &self.subjects
    }

    /// Whether it is a binding of a vanilla control plane with no subject beyond those that come with it. What it
    /// grants is only expected when its role is ([`crate::Role::is_expected`]).
    pub fn is_expected(&self) -> bool {
        self.expected
    }
}

/// What a binding is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BindingKey {
    pub(crate) scope: Scope,
    pub(crate) name: Sym,
}

/// What an object of the model is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef<'m> {
    /// Its kind; its group is `rbac.authorization.k8s.io`.
    pub kind: &'static str,
    /// Its namespace; `None` for cluster-scoped kinds.
    pub namespace: Option<&'m str>,
    /// Its name.
    pub name: &'m str,
}

impl ObjectRef<'_> {
    pub(crate) const NONE: ObjectRef<'static> = ObjectRef { kind: "", namespace: None, name: "" };
}

impl fmt::Display for ObjectRef<'_> {
    /// `RoleBinding/ns/name`, `ClusterRole/name`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.namespace {
            Some(namespace) => write!(f, "{}/{namespace}/{}", self.kind, self.name),
            None => write!(f, "{}/{}", self.kind, self.name),
        }
    }
}
