//! The images that a request brings.

use std::collections::HashSet;

use seawall_core::{ImageReference, Route};
use seawall_image::signature::{Cause, Gap};
use seawall_inventory::{GroupKind, POD_KINDS, Resource};
use seawall_policy::admission::{Operation, Request};
use seawall_yaml::Node;

use crate::judge::Around;

/// An image of an object.
pub(super) struct Used<'t> {
    /// As it is written.
    pub(super) text: &'t str,
    pub(super) reference: ImageReference<'t>,
    /// Where it stands in the object.
    pub(super) route: Route,
}

impl Used<'_> {
    /// The image in a message.
    pub(super) fn shown(&self) -> String {
        self.text.chars().take(300).collect()
    }
}

/// The images that a request brings: all of a new object, and of one that is changed those that it did not have. What is
/// none, or was not looked at, has its reason.
pub(super) fn used<'t>(request: &Request<'t>, around: &Around<'t>) -> (Vec<Used<'t>>, Vec<Gap>) {
    let writes = matches!(request.operation, Operation::Create | Operation::Update);
    let whole = matches!(request.subresource, "" | "ephemeralcontainers");
    let Some(object) = request.object.filter(|_| writes && whole) else { return Default::default() };
    let Some(resource) = around.resource(object) else { return Default::default() };
    let before = request.old_object.filter(|_| request.operation == Operation::Update);
    let before = before.and_then(|before| around.earlier(before));
    let known: HashSet<&str> = before.iter().flat_map(texts).collect();
    let (mut used, mut missed) = (Vec::new(), Vec::new());
    // Some controllers fill templates in; the pods that they make are judged then.
    let is_built_in = POD_KINDS.contains(&GroupKind::new(request.kind.0, request.kind.2));
    let cause = if is_built_in { Cause::Name } else { Cause::Here };
    for node in nodes(&resource) {
        // The same node in the tree of the request, which lives longer than the resource.
        let node = around.tree.node(node.id());
        let Some(text) = node.as_str().filter(|text| !known.contains(text)) else { continue };
        let route = resource.route_of(node);
        match ImageReference::parse(text) {
            Some(reference) => used.push(Used { text, reference, route }),
            None => missed.push(Gap::new(cause, format!("`{route}` is no reference of an image"))),
        }
    }
    if resource.is_missing_pods() {
        missed.push(Gap::new(Cause::Name, "the object holds more pods than are looked at"));
    }
    (used, missed)
}

fn texts(resource: &Resource) -> Vec<&str> {
    nodes(resource).into_iter().filter_map(Node::as_str).collect()
}

/// Where images are written: those of containers, and those that are mounted as volumes.
fn nodes(resource: &Resource) -> Vec<Node<'_>> {
    let mut nodes = Vec::new();
    for pod in resource.pods() {
        nodes.extend(pod.containers().filter_map(|container| container.node().get("image")));
        nodes.extend(pod.volumes().filter_map(|volume| volume.node().path(&["image", "reference"])));
    }
    nodes
}
