//! From the text of a case to what the engine works on, by the product's own readers.

use std::sync::Arc;

use seawall_core::{Origin, OriginKind};
use seawall_inventory::Resource;
use seawall_yaml::{Limits, NodeId, Text, read};
use serde_json::Value;

/// Reads one object as if it stood in a file of its own.
///
/// # Errors
/// When the reader does not take it.
pub(super) fn resource(object: &Value, number: u32) -> Result<Resource, String> {
    let (mut documents, problems) = read(&Text::new(object.to_string()), &Limits::default());
    if let Some(problem) = problems.first() {
        return Err(format!("the reader has a problem with object {number}: {}", problem.message));
    }
    if documents.len() != 1 {
        return Err(format!("the reader sees {} documents in object {number}", documents.len()));
    }
    let document = documents.remove(0);
    let origin = Origin { file: "input".into(), document: number, line: 1, kind: OriginKind::File };
    Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None)
        .map_err(|error| format!("object {number} is no Kubernetes object: {error:?}"))
}
