//! From an object in a file to the request that would bring it to the API server.
//!
//! Invariants: the object is what policies would see: decoded, defaulted, and with what the API server itself sets, but for
//! what only a cluster knows (identifiers, times, addresses). An object that the API server would not decode makes no
//! request, and says why.

use seawall_core::{Problem, ProblemSeverity};
use seawall_inventory::{GroupKind, Resource, is_cluster_scoped};
use seawall_schema::{Admission, admitted};
use seawall_yaml::{Node, Tree};

use super::{Operation, Request, Unseen, User};
use crate::vap::World;

/// Who asks for what, where a file does not say it.
#[derive(Clone, Debug)]
pub struct Client {
    /// The name of the user.
    pub user: String,
    /// Its groups.
    pub groups: Vec<String>,
    /// The namespace of objects that say none.
    pub namespace: String,
    /// What is done: objects come as new ones or as changes of themselves.
    pub operation: Operation,
}

impl Default for Client {
    /// An administrator who creates.
    fn default() -> Self {
        Client {
            user: "kubernetes-admin".to_owned(),
            groups: vec!["kubeadm:cluster-admins".to_owned(), "system:authenticated".to_owned()],
            namespace: "default".to_owned(),
            operation: Operation::Create,
        }
    }
}

/// A request that was made from an object.
#[derive(Debug)]
pub struct Draft<'a> {
    client: &'a Client,
    group: String,
    version: String,
    kind: String,
    resource: String,
    namespace: String,
    name: String,
    object: Tree,
    /// What the API server would drop.
    pub problems: Vec<Problem>,
}

/// The end of a generated name, which is random on a real server.
const GENERATED: &str = "00000";

impl<'a> Draft<'a> {
    /// The request for an object.
    ///
    /// # Errors
    /// What the API server would say to an object that it does not decode.
    pub fn new(resource: &Resource, client: &'a Client, world: &World<'_>) -> Result<Self, Vec<Problem>> {
        let (group, kind) = (resource.group(), resource.kind());
        let api_version: &str = &resource.subject().api_version;
        let version = api_version.rsplit_once('/').map_or(api_version, |(_, version)| version);
        let (plural, namespaced) = match world.resource_of(group, version, kind) {
            Some((plural, namespaced)) => (plural.to_owned(), namespaced),
            None => (guessed(kind), !is_cluster_scoped(GroupKind::new(group, kind))),
        };
        let metadata = |key: &str| resource.metadata().and_then(|metadata| metadata.str(key)).unwrap_or("");
        let namespace = match (namespaced, metadata("namespace")) {
            (false, _) => "",
            (true, "") => &client.namespace,
            (true, own) => own,
        };
        let name = match (metadata("name"), metadata("generateName")) {
            ("", "") => String::new(),
            ("", generated) => format!("{generated}{GENERATED}"),
            (name, _) => name.to_owned(),
        };
        let placed = placed(resource.root(), namespace, &name);
        let (object, problems) = match world.schemas().of(group, version, kind) {
            None => (placed, Vec::new()),
            Some(schema) => {
                let creation = client.operation == Operation::Create;
                let made = admitted(&placed, schema, Admission { creation, plugins: creation });
                if made.is_refused() {
                    return Err(within(made.problems, resource));
                }
                (made.tree, within(made.problems, resource))
            }
        };
        // A request for a Namespace carries its name.
        let itself = (group, &*plural) == ("", "namespaces");
        Ok(Draft {
            client,
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            resource: plural,
            namespace: if itself { name.clone() } else { namespace.to_owned() },
            name,
            object,
            problems,
        })
    }

    /// The request.
    pub fn request(&self) -> Request<'_> {
        let object = self.object.root();
        Request {
            uid: "",
            operation: self.client.operation,
            kind: (&self.group, &self.version, &self.kind),
            resource: (&self.group, &self.version, &self.resource),
            subresource: "",
            request_kind: None,
            request_resource: None,
            request_subresource: None,
            name: &self.name,
            namespace: &self.namespace,
            user: User {
                name: &self.client.user,
                groups: self.client.groups.iter().map(String::as_str).collect(),
                ..User::default()
            },
            object: (self.client.operation != Operation::Delete).then_some(object),
            old_object: matches!(self.client.operation, Operation::Update | Operation::Delete)
                .then_some(object),
            options: None,
            dry_run: false,
            unseen: Unseen::default(),
        }
    }
}

/// The object with its namespace and name, as the URL of the request would say them.
fn placed(object: Node<'_>, namespace: &str, name: &str) -> Tree {
    crate::vap::with_metadata(object, &[("namespace", namespace), ("name", name)])
}

/// Problems of an object are problems of its file; the copy of it has no text of its own.
fn within(problems: Vec<Problem>, resource: &Resource) -> Vec<Problem> {
    let place = |problem: Problem| {
        let problem = match resource.position(&seawall_core::Route::default()) {
            Some(position) if problem.position.is_none() => problem.at(position),
            _ => problem,
        };
        let problem = problem.in_file(&resource.origin().file);
        let about = format!("{} `{}`: {}", resource.kind(), resource.name(), problem.message);
        Problem { message: about, severity: problem.severity.max(ProblemSeverity::Warning), ..problem }
    };
    problems.into_iter().map(place).collect()
}

/// The plural name of a kind that nothing defines, as apimachinery guesses it (`UnsafeGuessKindToResource`).
fn guessed(kind: &str) -> String {
    let lower = kind.to_lowercase();
    match lower.as_str() {
        "endpoints" => lower,
        _ if lower.ends_with('s') => format!("{lower}es"),
        _ => match lower.strip_suffix('y') {
            Some(head) => format!("{head}ies"),
            None => format!("{lower}s"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::guessed;

    #[test]
    fn plurals_are_guessed_as_apimachinery_does() {
        for (kind, plural) in
            [("Gadget", "gadgets"), ("Policy", "policies"), ("Class", "classes"), ("Endpoints", "endpoints")]
        {
            assert_eq!(guessed(kind), plural);
        }
    }
}
