//! Places in objects, as people and machines read them.

use seawall_inventory::{Inventory, Place};
use seawall_report::escape;
use serde_json::{Value, json};

/// `shop.yaml:12:3`, or the file alone for an object without a text.
pub(super) fn shown(inventory: &Inventory, place: &Place) -> String {
    let Some(resource) = inventory.get(place.resource) else { return String::new() };
    let file = escape(&resource.origin().file).into_owned();
    match resource.position(&place.route) {
        Some(position) => format!("{file}:{}:{}", position.line, position.column),
        None => file,
    }
}

/// `Kind/namespace/name`, or `Kind/name` without a namespace.
pub(super) fn subject(inventory: &Inventory, place: &Place) -> String {
    let Some(resource) = inventory.get(place.resource) else { return String::new() };
    let name = match resource.namespace() {
        Some(namespace) => format!("{}/{namespace}/{}", resource.kind(), resource.name()),
        None => format!("{}/{}", resource.kind(), resource.name()),
    };
    escape(&name).into_owned()
}

/// Object, route, file and position.
pub(super) fn record(inventory: &Inventory, place: &Place) -> Value {
    let Some(resource) = inventory.get(place.resource) else { return Value::Null };
    let position = resource.position(&place.route);
    json!({
        "object": object(inventory, place),
        "route": place.route.to_string(),
        "file": &*resource.origin().file,
        "line": position.map(|position| position.line),
        "column": position.map(|position| position.column),
    })
}

/// The identity of the object.
pub(super) fn object(inventory: &Inventory, place: &Place) -> Value {
    inventory.get(place.resource).map_or(Value::Null, |resource| {
        json!({
            "apiVersion": &*resource.subject().api_version,
            "kind": resource.kind(),
            "namespace": resource.namespace(),
            "name": resource.name(),
        })
    })
}
