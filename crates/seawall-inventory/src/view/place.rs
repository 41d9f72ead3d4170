//! A route in a resource, existing or meant.

use seawall_core::{ResourceId, Route};

/// A place in a resource, for findings to point at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The resource.
    pub resource: ResourceId,
    /// The field, whether or not it exists.
    pub route: Route,
}

impl Place {
    /// The place below by keys.
    #[must_use]
    pub fn keys(mut self, keys: &[&str]) -> Self {
        self.route = self.route.keys(keys);
        self
    }

    /// The place below by an index.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.route = self.route.index(index);
        self
    }
}
