//! Fields of whole objects.

use seawall_core::Route;
use seawall_inventory::{Place, Resource};
use seawall_yaml::Node;

/// A field of a resource by its keys, existing or meant.
pub(crate) fn place(resource: &Resource, keys: &[&str]) -> Place {
    Place { resource: resource.id(), route: Route::root().keys(keys) }
}

/// Any existing node of a resource.
pub(crate) fn place_of(resource: &Resource, node: Node<'_>) -> Place {
    Place { resource: resource.id(), route: resource.route_of(node) }
}

/// A whole number below `spec`.
pub(crate) fn spec_int(resource: &Resource, key: &str) -> Option<i64> {
    resource.root().path(&["spec", key]).and_then(Node::as_i64)
}

/// A text below `spec`.
pub(crate) fn spec_str<'r>(resource: &'r Resource, key: &str) -> Option<&'r str> {
    resource.root().path(&["spec", key]).and_then(Node::as_str)
}
