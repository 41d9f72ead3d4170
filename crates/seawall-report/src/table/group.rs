//! Findings with one cause as people are told of them, whatever the format: one excerpt, one fix.

use std::cmp::Reverse;

use seawall_core::{Finding, Fix, FixRisk, Location, Position, Route, Steps};
use seawall_inventory::Inventory;

use super::excerpt::Excerpt;
use super::fix::describe_all;
use super::mask::Masks;
use super::style::Style;
use crate::Report;
use crate::cause::{cause, edits};
use crate::place::{Place, Positions};

/// Findings with one cause, the worst first, each with the position of its primary place. Never empty.
pub(crate) struct Group<'a> {
    lead: (&'a Finding, Option<Position>),
    others: Vec<(&'a Finding, Option<Position>)>,
}

impl<'a> Group<'a> {
    /// `None` without findings.
    pub(crate) fn of(mut findings: Vec<(&'a Finding, Option<Position>)>) -> Option<Self> {
        findings.sort_by_key(|(finding, _)| Reverse(finding.severity));
        let mut findings = findings.into_iter();
        findings.next().map(|lead| Group { lead, others: findings.collect() })
    }

    /// The worst finding.
    pub(crate) fn lead(&self) -> &'a Finding {
        self.lead.0
    }

    /// Where the worst finding lies.
    pub(crate) fn position(&self) -> Option<Position> {
        self.lead.1
    }

    /// How many findings there are.
    pub(crate) fn len(&self) -> usize {
        1 + self.others.len()
    }

    /// All findings, the worst first.
    pub(crate) fn findings(&self) -> impl Iterator<Item = (&'a Finding, Option<Position>)> {
        std::iter::once(self.lead).chain(self.others.iter().copied())
    }

    /// The fixes of all findings as one, in lines; with the greatest of their risks.
    pub(crate) fn fix(&self, inventory: &Inventory) -> Option<(FixRisk, Vec<String>)> {
        let fixes: Vec<&Fix> = self.findings().filter_map(|(finding, _)| finding.fix.as_ref()).collect();
        let risk = fixes.iter().map(|fix| fix.risk).max()?;
        let root = Route::root();
        let seen = self.lead().locations.first().map_or(&root, |location| &location.route);
        Some((risk, describe_all(&edits(&fixes), inventory.get(self.lead().resource), seen)))
    }
}

/// Draws excerpts; knows what must be masked in them.
pub(crate) struct Excerpts<'a> {
    inventory: &'a Inventory,
    masks: Masks,
    positions: Positions,
    style: Style,
    width: usize,
}

impl<'a> Excerpts<'a> {
    /// For excerpts of a report.
    pub(crate) fn of(report: &Report<'a>, style: Style, width: usize) -> Self {
        Excerpts { masks: Masks::of(report), style, width, ..Excerpts::none(report) }
    }

    /// For a report that is told without excerpts.
    pub(super) fn none(report: &Report<'a>) -> Self {
        Excerpts {
            inventory: report.inventory,
            masks: Masks::default(),
            positions: Positions::default(),
            style: Style::new(false),
            width: 0,
        }
    }

    /// Appends the places of a group; gives the columns that line numbers take.
    pub(crate) fn draw(&mut self, group: &Group<'a>, to: &mut String) -> usize {
        let shared = shared_place(group);
        let places = places(group, shared.as_ref()).map(|location| Place::new(self.inventory, location));
        let excerpt = Excerpt::new(group.lead(), places, group.position(), &mut self.positions);
        excerpt.draw(&self.masks, self.style, self.width, to);
        excerpt.gutter()
    }
}

/// Where several findings have their cause, when none of them points there by itself.
fn shared_place(group: &Group<'_>) -> Option<Location> {
    if group.others.is_empty() {
        return None;
    }
    let lead = group.lead();
    let location = lead.locations.first()?;
    let (_, route) = cause(lead)?;
    let existing = location.existing.min(route.steps().len());
    // A block that is there says itself what it lacks.
    let missing = |location: &Location| {
        let steps = location.route.steps().get(location.existing..)?;
        (!steps.is_empty()).then(|| format!("`{}`", Steps(steps)))
    };
    let lacks = group.findings().filter_map(|(finding, _)| missing(finding.locations.first()?));
    let mut lacks: Vec<String> = lacks.collect();
    lacks.dedup();
    let is_there = existing == route.steps().len() && !lacks.is_empty();
    let note = is_there.then(|| format!("no {} here", lacks.join(", ")));
    Some(Location { route, existing, note, ..location.clone() })
}

/// The places to draw: those of the leading finding, with what stands for its first one, then what the others add.
fn places<'b>(group: &Group<'b>, shared: Option<&'b Location>) -> impl Iterator<Item = &'b Location> {
    let mut places: Vec<&Location> = Vec::new();
    for (number, (finding, _)) in group.findings().enumerate() {
        for (at, location) in finding.locations.iter().enumerate() {
            let location = match (number, at) {
                (0, 0) => shared.unwrap_or(location),
                (_, 0) => continue,
                _ => location,
            };
            let same =
                |other: &&Location| other.resource == location.resource && other.route == location.route;
            if number == 0 || !places.iter().any(same) {
                places.push(location);
            }
        }
    }
    places.into_iter()
}
