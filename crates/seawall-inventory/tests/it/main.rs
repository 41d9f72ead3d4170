//! Tests of the inventory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod joins;
mod pods;

use std::sync::Arc;

use seawall_core::{Origin, OriginKind};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text, read};

fn inventory(text: &str) -> Inventory {
    inventory_of(&[("t.yaml", text)])
}

fn inventory_of(files: &[(&str, &str)]) -> Inventory {
    let mut builder = InventoryBuilder::new();
    for (file, text) in files {
        let (documents, problems) = read(&Text::new(*text), &Limits::default());
        assert!(problems.is_empty(), "{problems:?}");
        for document in documents {
            let origin =
                Origin { file: (*file).into(), document: document.index, line: 1, kind: OriginKind::File };
            builder.push(Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap());
        }
    }
    builder.build()
}
