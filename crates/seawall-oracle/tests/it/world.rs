//! Plain JSON as an inventory.

use std::sync::Arc;

use seawall_core::{Origin, OriginKind};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_yaml::Limits;
use seawall_yaml::json::JsonReader;
use serde_json::Value;

pub(crate) fn resource(object: &Value) -> Resource {
    let (tree, problems) = JsonReader::new().read_bytes(object.to_string().as_bytes(), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let tree = Arc::new(tree.unwrap());
    let root = tree.root().id();
    let origin = Origin { file: "world".into(), document: 0, line: 1, kind: OriginKind::Snapshot };
    Resource::new(tree, root, origin, None).unwrap()
}

pub(crate) fn inventory(objects: &[Value]) -> Inventory {
    let mut builder = InventoryBuilder::new();
    objects.iter().for_each(|object| builder.push(resource(object)));
    builder.build()
}
