//! Findings as SARIF results.

use seawall_core::{Finding, LocationRole, Waiver};
use seawall_inventory::Inventory;

use super::rules::{Rules, level};
use super::wire::{
    Location, LogicalLocation, PartialFingerprints, PhysicalLocation, Region, ResultProperties, SarifResult,
    Suppression,
};
use super::{Artifacts, message};
use crate::escape::{Escaped, escape};
use crate::place::{Place, Positions};
use crate::token::redact;

pub(super) fn result<'a>(
    inventory: &Inventory,
    finding: &'a Finding,
    rules: &Rules<'_>,
    artifacts: &Artifacts<'_>,
    positions: &mut Positions,
) -> SarifResult<'a> {
    let mut locations = Vec::new();
    let mut related_locations = Vec::new();
    for seen in &finding.locations {
        let mut location = location(&Place::new(inventory, seen), artifacts, positions);
        match seen.role {
            LocationRole::Primary => locations.push(location),
            LocationRole::Related => {
                location.id = Some(related_locations.len());
                related_locations.push(location);
            }
        }
    }
    let route = finding.locations.first().map(|location| location.route.to_string());
    SarifResult {
        rule_id: finding.check.id.as_str(),
        rule_index: rules.index(finding.check.id.as_str()),
        level: level(finding.severity),
        message: message(&finding.message),
        locations,
        related_locations,
        suppressions: finding.waiver.iter().map(|waiver| suppression(inventory, finding, waiver)).collect(),
        partial_fingerprints: PartialFingerprints { seawall: finding.fingerprint.to_string() },
        properties: ResultProperties {
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            route: route.unwrap_or_default(),
        },
    }
}

/// A waiver beside the object is one in source, one in a file of waivers is an external one.
fn suppression(inventory: &Inventory, finding: &Finding, waiver: &Waiver) -> Suppression {
    let home = inventory.get(finding.resource).map(|resource| &resource.origin().file);
    let kind = if waiver.file.as_ref() == home { "inSource" } else { "external" };
    Suppression { kind, justification: redact(&escape(&waiver.to_string())).into_owned() }
}

fn location(place: &Place<'_>, artifacts: &Artifacts<'_>, positions: &mut Positions) -> Location {
    let physical_location = place.file().map(|file| PhysicalLocation {
        artifact_location: artifacts.location(file),
        region: region(place, positions),
    });
    let logical_locations = place.resource.map(|resource| LogicalLocation {
        name: Escaped(&resource.subject().name).to_string(),
        fully_qualified_name: Escaped(resource.subject()).to_string(),
        kind: "resource",
    });
    Location {
        id: None,
        physical_location,
        logical_locations: logical_locations.into_iter().collect(),
        message: place.location.note.as_deref().map(message),
    }
}

/// The characters that a caret would underline.
fn region(place: &Place<'_>, positions: &mut Positions) -> Option<Region> {
    let start = positions.of(place)?;
    let width = place.text()?.slice(place.highlight()?).chars().count();
    let end = start.column.saturating_add(u32::try_from(width).unwrap_or(u32::MAX));
    // An empty region would mean a place between two characters.
    Some(Region { end_column: (width > 0).then_some(end), ..Region::at(start) })
}
