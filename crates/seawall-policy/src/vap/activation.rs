//! What expressions see of a request.
//!
//! Invariants: objects are lent; only `request` and `namespaceObject` are made, once for a request. What is empty in
//! `request` is absent, as it is for the API server, which encodes the request before expressions see it.
//! Source: `CreateAdmissionRequest`, `CreateNamespaceObject` (`pkg/admission/plugin/cel/condition.go`), and the tags of
//! `AdmissionRequest` (`k8s.io/api/admission/v1/types.go`).

use std::borrow::Cow;
use std::sync::Arc;

use seawall_yaml::Node;

use super::expression::Slots;
use super::matching::Subject;
use crate::admission::{Operation, Request};
use crate::cel::{Bindings, Map, ResourceTarget, Shared, Value};

/// What is known of the namespace of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NamespaceObject<'a> {
    /// The request has none.
    None,
    Is(Node<'a>),
}

/// The values that all policies of a request share.
#[derive(Debug)]
pub(crate) struct Activation<'a> {
    pub(crate) slots: Slots,
    /// Objects, `request` as the server was asked, and the authorizer.
    pub(crate) bindings: Bindings<'a>,
    /// `namespaceObject` as validations see it, and as audit annotations do.
    pub(crate) namespace: (Value<'a>, Value<'a>),
    /// `request` when what is asked for is judged as another resource than was asked, for match conditions.
    pub(crate) asked: Value<'a>,
}

impl<'a> Activation<'a> {
    /// For a request that is judged as a resource, with the objects in its version.
    pub(crate) fn new(
        request: &Request<'a>,
        subject: &Subject<'a>,
        objects: (Option<Node<'a>>, Option<Node<'a>>),
        namespace: NamespaceObject<'a>,
    ) -> Self {
        let slots = Slots::new();
        let mut bindings = Bindings::new();
        let object = |node: Option<Node<'a>>| node.map_or(Value::Null, Value::from_node);
        bindings.set(slots.object, object(objects.0));
        bindings.set(slots.old_object, object(objects.1));
        let seen = self::request(request, subject, false);
        let asked = match request.resource {
            own if subject.is_of(own) => seen.clone(),
            _ => self::request(request, subject, true),
        };
        bindings.set(slots.request, seen);
        bindings.set(slots.authorizer, Value::authorizer());
        bindings.set(slots.request_resource, request_resource(request));
        let namespace = match namespace {
            NamespaceObject::None => (Value::Null, Value::Null),
            NamespaceObject::Is(node) => (whitelisted(node), Value::from_node(node)),
        };
        Activation { slots, bindings, namespace, asked }
    }
}

/// What expressions ask for rights on what the request is about.
fn request_resource<'a>(request: &Request<'a>) -> Value<'a> {
    let (group, _, resource) = request.resource;
    Value::resource_check(ResourceTarget {
        group: group.into(),
        resource: resource.into(),
        subresource: request.subresource.into(),
        namespace: request.namespace.into(),
        name: request.name.into(),
        field_selector: "".into(),
        label_selector: "".into(),
    })
}

/// Builds a map, leaving out what is empty.
#[derive(Default)]
struct Fields<'a>(Map<'a>);

impl<'a> Fields<'a> {
    fn set(&mut self, key: &'static str, value: Value<'a>) {
        // Keys are texts of our own, each set once: there is nothing to refuse.
        let _ = self.0.insert(Value::Str(Shared::Ref(key)), value);
    }

    fn text(&mut self, key: &'static str, text: &'a str) {
        if !text.is_empty() {
            self.set(key, Value::Str(Shared::Ref(text)));
        }
    }

    fn value(self) -> Value<'a> {
        Value::Map(Arc::new(self.0))
    }
}

fn text<'a>(text: &Cow<'a, str>) -> Value<'a> {
    match text {
        Cow::Borrowed(text) => Value::Str(Shared::Ref(text)),
        Cow::Owned(text) => Value::text(text.as_str()),
    }
}

/// `{group, version, kind}` or `{group, version, resource}`.
fn named<'a>(name: (&Cow<'a, str>, &Cow<'a, str>, &Cow<'a, str>), third: &'static str) -> Value<'a> {
    let mut fields = Fields::default();
    fields.set("group", text(name.0));
    fields.set("version", text(name.1));
    fields.set(third, text(name.2));
    fields.value()
}

/// The request. Match conditions see the resource that was asked for (`as_asked`), everything else the one that matched;
/// both see the kind that matched.
fn request<'a>(request: &Request<'a>, subject: &Subject<'a>, as_asked: bool) -> Value<'a> {
    let borrowed = |(one, two, three): (&'a str, &'a str, &'a str)| {
        (Cow::Borrowed(one), Cow::Borrowed(two), Cow::Borrowed(three))
    };
    let asked_kind = borrowed(request.request_kind.unwrap_or(request.kind));
    let asked_resource = borrowed(request.request_resource.unwrap_or(request.resource));
    let own_resource = borrowed(request.resource);
    let resource = if as_asked { &own_resource } else { &subject.resource };
    let kind = &subject.kind;
    let mut fields = Fields::default();
    fields.set("kind", named((&kind.0, &kind.1, &kind.2), "kind"));
    fields.set("resource", named((&resource.0, &resource.1, &resource.2), "resource"));
    fields.text("subResource", request.subresource);
    fields.set("requestKind", named((&asked_kind.0, &asked_kind.1, &asked_kind.2), "kind"));
    let asked = (&asked_resource.0, &asked_resource.1, &asked_resource.2);
    fields.set("requestResource", named(asked, "resource"));
    fields.text("requestSubResource", request.request_subresource.unwrap_or(request.subresource));
    fields.text("name", request.name);
    fields.text("namespace", request.namespace);
    fields.set("operation", Value::Str(Shared::Ref(request.operation.name())));
    fields.set("userInfo", user(request));
    fields.set("dryRun", Value::Bool(request.dry_run));
    fields.set("options", options(request));
    fields.value()
}

fn user<'a>(request: &Request<'a>) -> Value<'a> {
    let user = &request.user;
    let mut fields = Fields::default();
    fields.text("username", user.name);
    fields.text("uid", user.uid);
    if !user.groups.is_empty() {
        let groups = user.groups.iter().map(|group| Value::Str(Shared::Ref(*group)));
        fields.set("groups", Value::list(groups.collect()));
    }
    if let Some(extra) = user.extra.filter(|extra| !extra.is_empty()) {
        fields.set("extra", Value::from_node(extra));
    }
    fields.value()
}

/// The options of the operation; those of a request that says none are the defaults, which say the dry run. A connection
/// has none, and that is null, not absent.
fn options<'a>(request: &Request<'a>) -> Value<'a> {
    if let Some(options) = request.options {
        return Value::from_node(options);
    }
    let kind = match request.operation {
        Operation::Create => "CreateOptions",
        Operation::Update => "UpdateOptions",
        Operation::Delete => "DeleteOptions",
        Operation::Connect => return Value::Null,
    };
    let mut fields = Fields::default();
    fields.text("kind", kind);
    fields.text("apiVersion", "meta.k8s.io/v1");
    if request.dry_run {
        fields.set("dryRun", Value::list(vec![Value::Str(Shared::Ref("All"))]));
    }
    fields.value()
}

/// A namespace without what policies may not see.
fn whitelisted(namespace: Node<'_>) -> Value<'_> {
    const METADATA: [&str; 12] = [
        "name",
        "generateName",
        "namespace",
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "labels",
        "annotations",
        "finalizers",
    ];
    let mut metadata = Fields::default();
    for key in METADATA {
        if let Some(value) = namespace.path(&["metadata", key]) {
            metadata.set(key, Value::from_node(value));
        }
    }
    let mut fields = Fields::default();
    fields.set("metadata", metadata.value());
    for key in ["spec", "status"] {
        // Both are structs: there even when nothing is in them.
        let value = namespace.get(key).map_or_else(|| Fields::default().value(), Value::from_node);
        fields.set(key, value);
    }
    fields.value()
}
