//! Inventories from texts, requests from objects.

use std::sync::Arc;

use seawall_core::{Origin, OriginKind, Problem};
use seawall_gatekeeper::{Gatekeeper, Point};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_policy::admission::{Decision, Operation, Request, Unseen, User};
use seawall_yaml::{Limits, Node, NodeId, Text, Tree};

/// The documents of a text.
pub(crate) fn trees(text: &str) -> Vec<Tree> {
    let (documents, _) = seawall_yaml::read(&Text::new(text), &Limits::default());
    documents.into_iter().map(|document| document.tree).collect()
}

/// The objects of texts, each with the name of its file.
pub(crate) fn inventory(files: &[(&str, &str)], complete: bool) -> Inventory {
    let mut builder = InventoryBuilder::new();
    for (file, text) in files {
        let (documents, _) = seawall_yaml::read(&Text::new(*text), &Limits::default());
        for document in documents {
            let origin =
                Origin { file: (*file).into(), document: document.index, line: 1, kind: OriginKind::File };
            if let Ok(resource) = Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None) {
                builder.push(resource);
            }
        }
    }
    if complete {
        builder.complete();
    }
    builder.build()
}

/// Templates and constraints of a text, and what is wrong with them.
pub(crate) fn read(text: &str) -> (Gatekeeper, Vec<Problem>) {
    Gatekeeper::read(&inventory(&[("policies.yaml", text)], false))
}

/// The request that does something to an object, as it stands.
pub(crate) fn request<'t>(object: Node<'t>, operation: Operation) -> Request<'t> {
    let (group, version) = match object.str("apiVersion").unwrap_or_default().split_once('/') {
        Some((group, version)) => (group, version),
        None => ("", object.str("apiVersion").unwrap_or_default()),
    };
    let metadata = |key| object.path(&["metadata", key]).and_then(Node::as_str).unwrap_or_default();
    let old = matches!(operation, Operation::Delete | Operation::Update).then_some(object);
    Request {
        uid: "",
        operation,
        kind: (group, version, object.str("kind").unwrap_or_default()),
        resource: ("", "", ""),
        subresource: "",
        request_kind: None,
        request_resource: None,
        request_subresource: None,
        name: metadata("name"),
        namespace: metadata("namespace"),
        user: User::default(),
        object: (operation != Operation::Delete).then_some(object),
        old_object: old,
        options: None,
        dry_run: false,
        unseen: Unseen::default(),
    }
}

/// What is decided about the creation of an object.
pub(crate) fn create(set: &Gatekeeper, object: &str, inventory: &Inventory) -> Decision {
    let tree = trees(object).remove(0);
    set.judge(&request(tree.root(), Operation::Create), inventory, Point::Webhook)
}

/// A decision in words.
pub(crate) fn told(decision: &Decision) -> String {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(
        decision
            .denials
            .iter()
            .map(|denial| format!("deny {} {}: {}", denial.code, denial.policy, denial.message)),
    );
    lines.extend(decision.warnings.iter().map(|warning| format!("warn {warning}")));
    for failure in decision
        .failures
        .iter()
        .filter(|failure| *failure.actions == [seawall_policy::admission::Action::Audit])
    {
        lines.push(format!("audit {}: {}", failure.policy, failure.message));
    }
    lines.extend(decision.not_judged.iter().map(|gap| format!("not judged {}: {}", gap.policy, gap.reason)));
    lines.join("\n")
}

/// Problems in words, with their places.
pub(crate) fn places(problems: &[Problem]) -> String {
    let one = |problem: &Problem| {
        let place = problem.position.map_or(String::new(), |at| format!(":{}:{}", at.line, at.column));
        format!("{}{place}: {}", problem.file.as_deref().unwrap_or("?"), problem.message)
    };
    problems.iter().map(one).collect::<Vec<_>>().join("\n")
}
