//! Requests made from objects that are there, so that policies judge files and clusters as they judge the door.

use std::collections::HashMap;

use seawall_core::ProblemSeverity;
use seawall_schema::{Admission, Schemas, Value, admitted, split_api_version};
use seawall_yaml::{Node, Tree};

use super::{Operation, Request, Unseen, User};

/// The namespace of what names none, as kubectl asks for it.
const DEFAULT_NAMESPACE: &str = "default";

/// What an object is called in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Called<'s> {
    /// The plural name.
    pub resource: &'s str,
    /// Whether such objects live in namespaces.
    pub namespaced: bool,
}

/// Resources by the kinds that they hold.
#[derive(Debug)]
pub struct Resources<'s> {
    by_kind: HashMap<(&'s str, &'s str), Called<'s>>,
    /// By resource, with its subresource, and the group and kind that it takes: what other kinds go through, which have
    /// no name of their own. The group and version come first.
    parts: HashMap<(&'s str, &'s str, &'s str), (&'s str, &'s str, Called<'s>)>,
}

impl<'s> Resources<'s> {
    /// All that the types tell.
    pub fn new(schemas: &'s Schemas) -> Self {
        let mut by_kind = HashMap::new();
        for resource in schemas.resources().filter(|resource| resource.subresource().is_none()) {
            let (group, _, kind) = resource.kind();
            let called = Called { resource: resource.name(), namespaced: resource.is_namespaced() };
            // Objects of another group go through some resources (`Eviction`); only its own name a kind.
            if group == resource.group() {
                by_kind.insert((group, kind), called);
            }
        }
        let parts = schemas.resources().filter_map(|resource| {
            let (kind_group, _, kind) = resource.kind();
            let (name, _) = resource.name().split_once('/')?;
            let called = Called { resource: name, namespaced: resource.is_namespaced() };
            Some(((resource.name(), kind_group, kind), (resource.group(), resource.version(), called)))
        });
        Resources { by_kind, parts: parts.collect() }
    }

    /// What objects of a kind are called; `None` when nothing tells.
    pub fn of(&self, group: &str, kind: &str) -> Option<Called<'s>> {
        self.by_kind.get(&(group, kind)).copied()
    }

    /// The request that creates an object; `None` when nothing tells what it is called. An object of a namespaced kind
    /// that names none goes to `default`.
    pub fn create<'t>(&self, object: Node<'t>, user: &User<'t>) -> Option<Request<'t>>
    where
        's: 't,
    {
        self.request(Operation::Create, Some(object), None, user)
    }

    /// The request that does something to an object; `None` when neither object tells what it is called.
    pub fn request<'t>(
        &self,
        operation: Operation,
        object: Option<Node<'t>>,
        old_object: Option<Node<'t>>,
        user: &User<'t>,
    ) -> Option<Request<'t>>
    where
        's: 't,
    {
        let shown = object.or(old_object)?;
        let (group, version) = split_api_version(shown.str("apiVersion")?);
        let kind = shown.str("kind")?;
        let called = self.of(group, kind)?;
        made(operation, object, old_object, user, (group, version, called))
    }

    /// The request that does something to a part of an object (`deployments/scale`); `None` when no such part is known, or
    /// it does not take the object.
    pub fn part<'t>(
        &self,
        part: &str,
        operation: Operation,
        object: Option<Node<'t>>,
        old_object: Option<Node<'t>>,
        user: &User<'t>,
    ) -> Option<Request<'t>>
    where
        's: 't,
    {
        let shown = object.or(old_object)?;
        let (group, _) = split_api_version(shown.str("apiVersion")?);
        let found = self.parts.get(&(part, group, shown.str("kind")?))?;
        made(operation, object, old_object, user, *found)
    }
}

/// A request about a resource that is called this, in its group and version.
fn made<'t>(
    operation: Operation,
    object: Option<Node<'t>>,
    old_object: Option<Node<'t>>,
    user: &User<'t>,
    (group, version, called): (&'t str, &'t str, Called<'t>),
) -> Option<Request<'t>> {
    let shown = object.or(old_object)?;
    let (kind_group, kind_version) = split_api_version(shown.str("apiVersion")?);
    let kind = shown.str("kind")?;
    let metadata = |key: &str| shown.path(&["metadata", key]).and_then(|text| text.as_str()).unwrap_or("");
    let namespace = match (called.namespaced, metadata("namespace")) {
        (true, "") => DEFAULT_NAMESPACE,
        (true, namespace) => namespace,
        // The request about a namespace says that it is in itself.
        (false, _) if (kind_group, kind) == ("", "Namespace") => metadata("name"),
        (false, _) => "",
    };
    Some(Request {
        uid: "",
        operation,
        kind: (kind_group, kind_version, kind),
        resource: (group, version, called.resource),
        subresource: "",
        request_kind: None,
        request_resource: None,
        request_subresource: None,
        name: metadata("name"),
        namespace,
        user: user.clone(),
        object,
        old_object,
        options: None,
        dry_run: false,
        unseen: Unseen::default(),
    })
}

/// An object as policies see it when it is created: decoded, with its defaults, after the plugins that are on by default.
/// `None` when its type is not known: then they see it as it stands.
///
/// # Errors
/// What is wrong with an object that the API server would refuse to read.
pub fn as_created(object: Node<'_>, schemas: &Schemas) -> Result<Option<Tree>, String> {
    as_admitted(object, schemas, Admission { creation: true, plugins: true })
}

/// An object as policies see it when it takes the place of a stored one: decoded, with its defaults. `None` when its type is
/// not known.
///
/// # Errors
/// As [`as_created`].
pub fn as_updated(object: Node<'_>, schemas: &Schemas) -> Result<Option<Tree>, String> {
    as_admitted(object, schemas, Admission { creation: false, plugins: false })
}

fn as_admitted(object: Node<'_>, schemas: &Schemas, admission: Admission) -> Result<Option<Tree>, String> {
    let Some(schema) = schemas.of_object(object) else { return Ok(None) };
    let Some(mut value) = Value::of(object) else { return Err("it is nested too deep".to_owned()) };
    if admission.creation {
        name_namespace(&mut value, object, schemas);
    }
    let admitted = admitted(&value.to_tree(), schema, admission);
    match admitted.problems.iter().find(|problem| problem.severity == ProblemSeverity::Error) {
        Some(problem) => Err(problem.message.clone()),
        None => Ok(Some(admitted.tree)),
    }
}

/// An object of a namespaced kind that names no namespace gets that of the request, before anybody looks at it.
///
/// Source: `EnsureObjectNamespaceMatchesRequestNamespace` (`apiserver/pkg/registry/rest/meta.go`).
fn name_namespace(value: &mut Value<'_>, object: Node<'_>, schemas: &Schemas) {
    let Some(metadata) = value.get_mut("metadata") else { return };
    if metadata.get("namespace").is_some_and(|namespace| !namespace.is_empty()) {
        return;
    }
    let (group, _) = split_api_version(object.str("apiVersion").unwrap_or(""));
    let kind = object.str("kind").unwrap_or("");
    let namespaced = schemas.resources().any(|resource| {
        let (own, _, named) = resource.kind();
        resource.is_namespaced() && resource.group() == group && (own, named) == (group, kind)
    });
    if namespaced {
        metadata.set("namespace", Value::str(DEFAULT_NAMESPACE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Tree {
        let text = seawall_yaml::Text::new(text);
        seawall_yaml::read(&text, &seawall_yaml::Limits::default()).0.remove(0).tree
    }

    #[test]
    fn policies_see_what_the_api_server_makes_of_an_object() {
        let schemas = Schemas::builtin();
        let told = |text: &str| {
            as_created(tree(text).root(), &schemas).map(|made| {
                made.map(|made| {
                    let mut out = String::new();
                    made.root().write_json(&mut out);
                    out
                })
            })
        };
        let pod = told(
            "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostNetwork: false, containers: [{name: c, image: x}]}}",
        );
        let pod = pod.unwrap().unwrap();
        assert!(pod.contains(r#""imagePullPolicy":"Always""#) && !pod.contains("hostNetwork"), "{pod}");
        assert!(pod.contains(r#""namespace":"default""#), "{pod}");
        let node = told("{apiVersion: v1, kind: Node, metadata: {name: a}}").unwrap().unwrap();
        assert!(!node.contains("namespace"), "{node}");
        let shop = told("{apiVersion: v1, kind: Service, metadata: {name: a, namespace: shop}}");
        assert!(shop.unwrap().unwrap().contains(r#""namespace":"shop""#));
        assert_eq!(told("{apiVersion: x.example/v1, kind: Thing}"), Ok(None));
        assert!(told("{apiVersion: v1, kind: Pod, spec: {containers: 7}}").is_err());
    }

    #[test]
    fn objects_become_requests_that_create_them() {
        let mut schemas = Schemas::builtin();
        schemas.add_crd(
            tree(
                "{kind: CustomResourceDefinition, metadata: {name: oxen.example.com}, spec: {group: example.com, scope: \
                 Cluster, names: {kind: Ox, plural: oxen}, versions: [{name: v1, served: true, storage: true, schema: \
                 {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]}}",
            )
            .root(),
        );
        let resources = Resources::new(&schemas);
        let user = User { name: "alice", ..User::default() };
        for (text, want) in [
            ("{apiVersion: v1, kind: Pod, metadata: {name: a}}", Some(("pods", "default", "a"))),
            (
                "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: b}}",
                Some(("deployments", "b", "a")),
            ),
            ("{apiVersion: v1, kind: Namespace, metadata: {name: a}}", Some(("namespaces", "a", "a"))),
            ("{apiVersion: v1, kind: Node, metadata: {name: a, namespace: x}}", Some(("nodes", "", "a"))),
            ("{apiVersion: example.com/v1, kind: Ox, metadata: {name: o}}", Some(("oxen", "", "o"))),
            ("{apiVersion: x.example/v1, kind: Thing}", None),
            ("{kind: Pod}", None),
        ] {
            let tree = tree(text);
            let request = resources.create(tree.root(), &user);
            let told = request.as_ref().map(|request| (request.resource.2, request.namespace, request.name));
            assert_eq!(told, want, "{text}");
        }
    }
}
