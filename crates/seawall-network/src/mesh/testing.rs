//! Objects from texts, for tests of this room.

use std::sync::Arc;

use seawall_core::{Origin, OriginKind};
use seawall_inventory::Resource;
use seawall_yaml::{Limits, NodeId, Text, read};

pub(super) fn resources(text: &str) -> Vec<Resource> {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let trees = documents.into_iter().map(|document| document.tree);
    let origin = Origin { file: "mesh.yaml".into(), document: 0, line: 1, kind: OriginKind::File };
    trees.map(|tree| Resource::new(Arc::new(tree), NodeId::ROOT, origin.clone(), None).unwrap()).collect()
}
