//! `input.review`: the request as Rego sees it, made once and shared by all constraints.
//!
//! Sources: `AdmissionRequest` (`k8s.io/api/admission/v1`), `setObjectOnDelete` (`pkg/target/target.go`), `Query`
//! (`pkg/client/drivers/rego/driver.go`: `namespaceObject`).

use regorus::Value;
use seawall_policy::admission::{Operation, Request};
use seawall_yaml::Node;

use crate::rego::value::{object, of, text};

/// Makes the review. `namespace` is the object of the namespace, where there is one and it is known.
pub(crate) fn review(request: &Request<'_>, namespace: Option<Node<'_>>) -> Value {
    let kind = |(group, version, kind): (&str, &str, &str)| {
        object([("group", text(group)), ("version", text(version)), ("kind", text(kind))])
    };
    let resource = |(group, version, resource): (&str, &str, &str)| {
        object([("group", text(group)), ("version", text(version)), ("resource", text(resource))])
    };
    let node = |node: Option<Node<'_>>| node.map_or(Value::Null, of);
    let old = node(request.old_object);
    let mut fields = vec![
        ("uid", text(request.uid)),
        ("kind", kind(request.kind)),
        ("resource", resource(request.resource)),
        ("operation", text(request.operation.name())),
        ("userInfo", user(request)),
        // What goes is judged as what comes.
        ("object", if request.operation == Operation::Delete { old.clone() } else { node(request.object) }),
        ("oldObject", old),
        ("options", node(request.options)),
        ("dryRun", Value::Bool(request.dry_run)),
        ("namespaceObject", node(namespace)),
    ];
    // The encoder leaves out what is empty.
    for (key, word) in [
        ("subResource", request.subresource),
        ("requestSubResource", request.request_subresource.unwrap_or_default()),
        ("name", request.name),
        ("namespace", request.namespace),
    ] {
        if !word.is_empty() {
            fields.push((key, text(word)));
        }
    }
    fields.extend(request.request_kind.map(|own| ("requestKind", kind(own))));
    fields.extend(request.request_resource.map(|own| ("requestResource", resource(own))));
    object(fields)
}

fn user(request: &Request<'_>) -> Value {
    let user = &request.user;
    let mut fields = Vec::new();
    for (key, word) in [("username", user.name), ("uid", user.uid)] {
        if !word.is_empty() {
            fields.push((key, text(word)));
        }
    }
    if !user.groups.is_empty() {
        let groups: Vec<Value> = user.groups.iter().map(|group| text(group)).collect();
        fields.push(("groups", Value::from(groups)));
    }
    fields.extend(user.extra.map(|extra| ("extra", of(extra))));
    object(fields)
}
