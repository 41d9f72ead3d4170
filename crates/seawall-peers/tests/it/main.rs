//! Reports, comparisons and imports over the checks and inventories that users have.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod compare;
mod import;
mod reports;

use std::sync::Arc;

use seawall_core::{Origin, OriginKind};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_yaml::{Limits, Text, read};

const PAYMENTS: &str = include_str!("../../../../examples/shop/payments.yaml");
const OPERATOR: &str = include_str!("../../../../examples/shop/rbac-operator.yaml");
const TRIVY: &str = include_str!("data/trivy.json");
const SARIF: &str = include_str!("data/trivy.sarif");
const CHECKOV: &str = include_str!("data/checkov.json");

fn inventory(files: &[(&str, &str)]) -> Inventory {
    let mut builder = InventoryBuilder::new();
    for (name, text) in files {
        let text = Text::new(*text);
        for (number, document) in (0..).zip(read(&text, &Limits::default()).0) {
            let root = document.tree.root().id();
            let origin = Origin { file: (*name).into(), document: number, line: 1, kind: OriginKind::File };
            if let Ok(resource) = Resource::new(Arc::new(document.tree), root, origin, None) {
                builder.push(resource);
            }
        }
    }
    builder.build()
}

fn shop() -> Inventory {
    inventory(&[("shop/payments.yaml", PAYMENTS), ("shop/rbac-operator.yaml", OPERATOR)])
}
