//! Roles and bindings.
//!
//! Matching follows the API server's RBAC authorizer (`pkg/apis/rbac/v1/evaluation_helpers.go`): `*` or an exact
//! match, `*/sub` for a subresource of anything, and nothing else.

use seawall_core::Subject;
use seawall_yaml::Node;

use crate::Resource;
use crate::view::Place;

const RBAC_GROUP: &str = "rbac.authorization.k8s.io";

/// A Role or ClusterRole.
#[derive(Clone, Copy)]
pub struct RoleView<'r>(&'r Resource);

impl<'r> RoleView<'r> {
    /// The view, if the resource is a Role or a ClusterRole.
    pub fn of(resource: &'r Resource) -> Option<Self> {
        (resource.group() == RBAC_GROUP && matches!(resource.kind(), "Role" | "ClusterRole"))
            .then_some(RoleView(resource))
    }

    /// The object.
    pub fn resource(&self) -> &'r Resource {
        self.0
    }

    /// Whether it is a ClusterRole.
    pub fn is_cluster_role(&self) -> bool {
        self.0.kind() == "ClusterRole"
    }

    /// Whether its rules are those of other ClusterRoles, written by a controller.
    pub fn is_aggregated(&self) -> bool {
        self.0.root().get("aggregationRule").is_some_and(Node::is_map)
    }

    /// The rules.
    pub fn rules(&self) -> impl Iterator<Item = PolicyRule<'r>> + use<'r> {
        let resource = self.0;
        resource
            .root()
            .list("rules")
            .filter(|node| node.is_map())
            .map(move |node| PolicyRule { resource, node })
    }
}

/// One rule of a role.
#[derive(Clone, Copy)]
pub struct PolicyRule<'r> {
    resource: &'r Resource,
    node: Node<'r>,
}

impl<'r> PolicyRule<'r> {
    /// The rule as it stands.
    pub fn node(&self) -> Node<'r> {
        self.node
    }

    /// The strings of one of its lists (`verbs`, `resources` …).
    pub fn strings(&self, key: &str) -> impl Iterator<Item = &'r str> + use<'r> {
        self.node.list(key).filter_map(Node::as_str)
    }

    fn has(&self, key: &str, wanted: &str) -> bool {
        self.strings(key).any(|value| value == "*" || value == wanted)
    }

    /// Whether the verb is allowed.
    pub fn allows_verb(&self, verb: &str) -> bool {
        self.has("verbs", verb)
    }

    /// Whether the API group is covered; the core group is empty.
    pub fn covers_group(&self, group: &str) -> bool {
        self.has("apiGroups", group)
    }

    /// Whether the resource (`pods`, `pods/exec`) is covered.
    pub fn covers_resource(&self, resource: &str) -> bool {
        let sub = resource.split_once('/').map(|(_, sub)| sub);
        self.strings("resources").any(|value| {
            value == "*" || value == resource || sub.is_some_and(|sub| value.strip_prefix("*/") == Some(sub))
        })
    }

    /// Whether the rule allows the verb on the resource of the group, for some or all names.
    pub fn allows(&self, verb: &str, group: &str, resource: &str) -> bool {
        self.allows_verb(verb) && self.covers_group(group) && self.covers_resource(resource)
    }

    /// Whether the rule is restricted to named objects.
    pub fn is_named(&self) -> bool {
        self.strings("resourceNames").next().is_some()
    }

    /// Whether the rule covers a request for this name; requests without one (create, list, watch) have the empty name.
    pub fn covers_name(&self, name: &str) -> bool {
        !self.is_named() || self.strings("resourceNames").any(|value| value == name)
    }

    /// A field of the rule, for findings.
    pub fn place(&self, keys: &[&str]) -> Place {
        Place { resource: self.resource.id(), route: self.resource.route_of(self.node).keys(keys) }
    }
}

/// A RoleBinding or ClusterRoleBinding.
#[derive(Clone, Copy)]
pub struct BindingView<'r>(&'r Resource);

/// What a binding refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleRef<'r> {
    /// `Role` or `ClusterRole`.
    pub kind: &'r str,
    /// The name of the role.
    pub name: &'r str,
}

/// What kind of identity a binding's subject is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// A user.
    User,
    /// A group.
    Group,
    /// A service account.
    ServiceAccount,
    /// Something that the API server would refuse.
    Unknown,
}

/// A subject of a binding.
#[derive(Clone, Copy)]
pub struct BindingSubject<'r> {
    /// The item of `subjects`.
    pub node: Node<'r>,
    /// What kind of identity.
    pub kind: SubjectKind,
    /// The name.
    pub name: &'r str,
    /// The namespace of a service account, as written.
    pub namespace: Option<&'r str>,
}

impl BindingSubject<'_> {
    /// The identity in the words of findings. A service account without a namespace, which the API server would refuse,
    /// is taken to be in that of its binding.
    pub fn identity(&self, binding: &BindingView<'_>) -> Subject {
        let (api_version, kind) = match self.kind {
            SubjectKind::User => ("rbac.authorization.k8s.io/v1", "User"),
            SubjectKind::Group => ("rbac.authorization.k8s.io/v1", "Group"),
            SubjectKind::ServiceAccount => ("v1", "ServiceAccount"),
            SubjectKind::Unknown => ("rbac.authorization.k8s.io/v1", self.node.str("kind").unwrap_or("")),
        };
        let home = binding.resource().namespace();
        let namespace = self.namespace.or(home).filter(|_| self.kind == SubjectKind::ServiceAccount);
        Subject {
            api_version: api_version.into(),
            kind: kind.into(),
            namespace: namespace.map(Into::into),
            name: self.name.into(),
        }
    }
}

impl<'r> BindingView<'r> {
    /// The view, if the resource is a RoleBinding or a ClusterRoleBinding.
    pub fn of(resource: &'r Resource) -> Option<Self> {
        let kind = matches!(resource.kind(), "RoleBinding" | "ClusterRoleBinding");
        (resource.group() == RBAC_GROUP && kind).then_some(BindingView(resource))
    }

    /// The object.
    pub fn resource(&self) -> &'r Resource {
        self.0
    }

    /// Whether it is a ClusterRoleBinding.
    pub fn is_cluster_binding(&self) -> bool {
        self.0.kind() == "ClusterRoleBinding"
    }

    /// The role that it refers to; `None` when the reference is unusable.
    pub fn role_ref(&self) -> Option<RoleRef<'r>> {
        let node = self.0.root().get("roleRef")?;
        Some(RoleRef { kind: node.str("kind")?, name: node.str("name")? })
    }

    /// The subjects.
    pub fn subjects(&self) -> impl Iterator<Item = BindingSubject<'r>> + use<'r> {
        self.0.root().list("subjects").filter(|node| node.is_map()).map(|node| BindingSubject {
            node,
            kind: match node.str("kind") {
                Some("User") => SubjectKind::User,
                Some("Group") => SubjectKind::Group,
                Some("ServiceAccount") => SubjectKind::ServiceAccount,
                _ => SubjectKind::Unknown,
            },
            name: node.str("name").unwrap_or(""),
            namespace: node.str("namespace"),
        })
    }

    /// A field of the binding, for findings.
    pub fn place(&self, keys: &[&str]) -> Place {
        Place { resource: self.0.id(), route: seawall_core::Route::root().keys(keys) }
    }

    /// Any existing node of the binding, for findings.
    pub fn place_of(&self, node: Node<'_>) -> Place {
        Place { resource: self.0.id(), route: self.0.route_of(node) }
    }
}
