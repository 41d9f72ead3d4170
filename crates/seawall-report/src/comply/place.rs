//! Where a finding is.

use seawall_core::{Finding, Position, Route};
use seawall_inventory::Inventory;

/// The primary place of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot<'a> {
    /// The file, where the object is known.
    pub file: Option<&'a str>,
    /// Line and column, where there is a text.
    pub position: Option<Position>,
    /// The field meant, whether or not it exists.
    pub route: Route,
}

impl<'a> Spot<'a> {
    /// The place of a finding of this inventory.
    pub fn of(inventory: &'a Inventory, finding: &Finding) -> Self {
        let location = finding.locations.first();
        let resource = location.and_then(|location| inventory.get(location.resource));
        let route = location.map(|location| location.route.clone()).unwrap_or_default();
        Spot {
            file: resource.map(|resource| &*resource.origin().file),
            position: resource.and_then(|resource| resource.position(&route)),
            route,
        }
    }
}
