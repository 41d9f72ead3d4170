//! A cluster from the texts of manifests, by the product's own reader.

use std::sync::Arc;

use seawall_core::{Origin, OriginKind};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text, read};

/// Reads all documents of all texts.
///
/// # Errors
/// When the reader has a problem with one of them.
pub(super) fn inventory(texts: &[String]) -> Result<Inventory, String> {
    let mut builder = InventoryBuilder::new();
    for (number, text) in (0u32..).zip(texts) {
        let (documents, problems) = read(&Text::new(text.as_str()), &Limits::default());
        if let Some(problem) = problems.first() {
            return Err(format!("the reader has a problem with text {number}: {}", problem.message));
        }
        for document in documents {
            let origin = Origin { file: "input".into(), document: number, line: 1, kind: OriginKind::File };
            let tree = Arc::new(document.tree);
            let resource = Resource::new(tree, NodeId::ROOT, origin, None)
                .map_err(|error| format!("a document of text {number} is no Kubernetes object: {error:?}"))?;
            builder.push(resource);
        }
    }
    Ok(builder.build())
}
