//! The model as its callers meet it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod answers;
mod defaults;
mod diff;
mod properties;
mod risks;

use std::sync::Arc;

use seawall_core::{Origin, OriginKind};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text, read};

/// The objects of a text.
fn resources(text: &str) -> Vec<Resource> {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let origin = |document| Origin { file: "rbac.yaml".into(), document, line: 1, kind: OriginKind::File };
    let numbered = documents.into_iter().enumerate();
    let resource = numbered.map(|(number, document)| {
        let origin = origin(u32::try_from(number).unwrap());
        Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap()
    });
    resource.collect()
}

fn inventory(resources: impl IntoIterator<Item = Resource>) -> Inventory {
    let mut builder = InventoryBuilder::default();
    for resource in resources {
        builder.push(resource);
    }
    builder.build()
}
