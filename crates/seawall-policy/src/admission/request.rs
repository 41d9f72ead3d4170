//! What the API server asks.

use seawall_yaml::Node;

/// What is done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// A new object.
    Create,
    /// A changed one.
    Update,
    /// One that goes.
    Delete,
    /// A connection to one: `exec`, `attach`, `portforward`, `proxy`.
    Connect,
}

impl Operation {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Create => "CREATE",
            Operation::Update => "UPDATE",
            Operation::Delete => "DELETE",
            Operation::Connect => "CONNECT",
        }
    }

    /// The one of this name; `None` for any other text, `*` included.
    pub fn of(name: &str) -> Option<Self> {
        [Operation::Create, Operation::Update, Operation::Delete, Operation::Connect]
            .into_iter()
            .find(|operation| operation.name() == name)
    }
}

/// Who asks.
#[derive(Clone, Debug, Default)]
pub struct User<'t> {
    /// The name.
    pub name: &'t str,
    /// The id; empty when there is none.
    pub uid: &'t str,
    /// All groups, implicit ones included.
    pub groups: Vec<&'t str>,
    /// Further attributes, lists of texts by key.
    pub extra: Option<Node<'t>>,
}

/// What of a request nobody who asks has seen, though the API server had it: an audit log holds no object as it was before
/// a change. What depends on it is not judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unseen {
    /// The object, or the options of a connection.
    pub object: bool,
    /// The object as it was stored.
    pub old_object: bool,
}

/// One admission request (`admission.k8s.io/v1`, `AdmissionRequest`).
#[derive(Clone, Debug)]
pub struct Request<'t> {
    /// What the answer must repeat; empty for a request that was made from a file.
    pub uid: &'t str,
    /// What is done.
    pub operation: Operation,
    /// Group, version and kind of the object.
    pub kind: (&'t str, &'t str, &'t str),
    /// Group, version and plural name of the resource.
    pub resource: (&'t str, &'t str, &'t str),
    /// The part of the resource (`status`, `exec`); empty for the whole.
    pub subresource: &'t str,
    /// Group, version and kind as the client wrote them, when the server converted the object.
    pub request_kind: Option<(&'t str, &'t str, &'t str)>,
    /// Group, version and plural name as the client wrote them, when the server converted the object.
    pub request_resource: Option<(&'t str, &'t str, &'t str)>,
    /// The part that the client asked for, when the server converted the object.
    pub request_subresource: Option<&'t str>,
    /// The name; empty where the server has not made one, and for a collection.
    pub name: &'t str,
    /// The namespace; for a Namespace its own name; empty at cluster scope.
    pub namespace: &'t str,
    /// Who asks.
    pub user: User<'t>,
    /// The object as it would be stored, or the options of a connection; `None` when it is deleted.
    pub object: Option<Node<'t>>,
    /// The object as it is stored; `None` when it is new, and for a connection.
    pub old_object: Option<Node<'t>>,
    /// The options of the operation (`CreateOptions` …).
    pub options: Option<Node<'t>>,
    /// Whether nothing will be stored.
    pub dry_run: bool,
    /// Which of the objects are `None` for want of knowledge.
    pub unseen: Unseen,
}

impl Request<'_> {
    /// What the API server says when one of its own admission plugins refuses: the resource, the name, the message.
    ///
    /// Source: `NewForbidden` (`pkg/admission/errors.go`).
    pub fn forbidden(&self, message: &str) -> String {
        let (group, _, resource) = self.resource;
        let metadata =
            |key: &str| self.object?.path(&["metadata", key])?.as_str().filter(|text| !text.is_empty());
        let name = Some(self.name).filter(|name| !name.is_empty());
        let name =
            name.or_else(|| metadata("name")).or_else(|| metadata("generateName")).unwrap_or("Unknown");
        let dot = if group.is_empty() { "" } else { "." };
        format!("{resource}{dot}{group} {name:?} is forbidden: {message}")
    }
}
