//! Changes of objects, carried out in memory.

use std::sync::Arc;

use seawall_core::{Edit, Origin, OriginKind, ProblemSeverity};
use seawall_inventory::Resource;
use seawall_yaml::{Limits, NodeId, Text, Tree, edit, read};

/// A change of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectChange {
    /// Take it away.
    Delete(String),
    /// Change fields of it.
    Edit(String, Vec<Edit>),
    /// Apply the objects of a manifest.
    Apply(String),
}

/// The objects of a manifest of our own; `None` when it cannot be read.
pub(crate) fn parsed(manifest: &str) -> Option<Vec<Resource>> {
    let (documents, problems) = read(&Text::new(manifest), &Limits::default());
    if problems.iter().any(|problem| problem.severity == ProblemSeverity::Error) {
        return None;
    }
    let object = |tree: Tree| Resource::new(Arc::new(tree), NodeId::ROOT, nowhere(), None).ok();
    documents.into_iter().map(|document| object(document.tree)).collect()
}

/// An object after edits; `None` when they cannot be carried out.
pub(crate) fn edited(resource: &Resource, edits: &[Edit]) -> Option<Resource> {
    let mut json = String::new();
    resource.root().write_json(&mut json);
    // Not every object is in a text of its own: it is written out, and read again as if it were.
    let (documents, _) = read(&Text::new(json), &Limits::default());
    let document = documents.into_iter().next()?;
    let text = edit::apply(&document.tree, edits).ok()?.text;
    let (documents, _) = read(&Text::new(text), &Limits::default());
    let document = documents.into_iter().next()?;
    let implied = (&*resource.subject().api_version, resource.kind());
    Resource::new(Arc::new(document.tree), NodeId::ROOT, nowhere(), Some(implied)).ok()
}

/// What is made here stands in no file.
fn nowhere() -> Origin {
    Origin { file: "<plan>".into(), document: 0, line: 1, kind: OriginKind::Snapshot }
}
