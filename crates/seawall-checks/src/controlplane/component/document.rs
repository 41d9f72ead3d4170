//! Configuration documents: objects of their own, or texts in the ConfigMaps that kubeadm keeps for its nodes.

use std::sync::Arc;

use seawall_inventory::{GroupKind, Resource};
use seawall_yaml::{Limits, NodeId, Text, read};

use super::{Component, Elsewhere, Form, Part};

/// The component that a document configures.
pub(super) fn component<'r>(resource: &'r Resource, kind: GroupKind<'_>) -> Option<Component<'r>> {
    let part = Part::of_document(kind.group, kind.kind)?;
    let form = Form::Document {
        tree: Arc::clone(resource.tree()),
        node: resource.root().id(),
        at: resource.route_of(resource.root()),
        embedded: false,
    };
    Some(new(part, resource, form))
}

/// The document that a ConfigMap of kubeadm holds: nodes that join take it over.
pub(super) fn embedded(resource: &Resource) -> Option<Component<'_>> {
    if resource.namespace() != Some("kube-system") {
        return None;
    }
    // Before 1.24 the name ended with the version.
    let (part, key) = match resource.name() {
        "kube-proxy" => (Part::KubeProxy, "config.conf"),
        name if name == "kubelet-config" || name.starts_with("kubelet-config-1.") => {
            (Part::Kubelet, "kubelet")
        }
        _ => return None,
    };
    let text = resource.root().path(&["data", key])?;
    let (documents, _) = read(&Text::new(text.as_str()?), &Limits::default());
    let document = documents.into_iter().find(|document| {
        let root = document.tree.root();
        let group = root.str("apiVersion").and_then(|version| version.split_once('/'));
        let kind = root.str("kind").unwrap_or("");
        group.and_then(|(group, _)| Part::of_document(group, kind)) == Some(part)
    })?;
    let at = resource.route_of(text);
    let form = Form::Document { tree: Arc::new(document.tree), node: NodeId::ROOT, at, embedded: true };
    Some(new(part, resource, form))
}

fn new(part: Part, resource: &Resource, form: Form) -> Component<'_> {
    Component { part, resource, form, flags: Vec::new(), version: None, elsewhere: Elsewhere::Nowhere }
}
