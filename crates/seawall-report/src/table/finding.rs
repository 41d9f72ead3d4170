//! Findings with one cause, mostly one: headers, places, and the notes below.

use std::cmp::Reverse;
use std::collections::HashSet;

use seawall_core::{Edit, Finding, Fix, Location, Position, Route, Steps};

use super::excerpt::Excerpt;
use super::fix::describe_all;
use super::mask::Masks;
use super::style::{Paint, Style};
use super::wrap::Notes;
use crate::Report;
use crate::cause::cause;
use crate::escape::{Escaped, escape};
use crate::place::{Place, Positions};

/// Writes findings one after the other; remembers which checks were explained, and to whose pages it led.
pub(super) struct FindingWriter<'a> {
    report: &'a Report<'a>,
    style: Style,
    width: usize,
    quiet: bool,
    masks: Masks,
    positions: Positions,
    explained: HashSet<&'a str>,
    named: HashSet<&'a str>,
}

impl<'a> FindingWriter<'a> {
    pub(super) fn new(report: &'a Report<'a>, style: Style, width: usize, quiet: bool) -> Self {
        FindingWriter {
            report,
            style,
            width,
            quiet,
            masks: if quiet { Masks::default() } else { Masks::of(report) },
            positions: Positions::default(),
            explained: HashSet::new(),
            named: HashSet::new(),
        }
    }

    /// Appends findings with one cause, each with the position of its primary place. The worst speaks first.
    pub(super) fn write(&mut self, group: &[(&'a Finding, Option<Position>)], to: &mut String) {
        if self.quiet {
            group.iter().for_each(|(finding, position)| self.one_line(finding, *position, to));
            return;
        }
        let mut group = group.to_vec();
        group.sort_by_key(|(finding, _)| Reverse(finding.severity));
        let Some((lead, position)) = group.first().copied() else { return };
        for (finding, _) in &group {
            self.header(finding, to);
        }
        let shared = shared_place(&group);
        let inventory = self.report.inventory;
        let places = places(&group, shared.as_ref()).map(|location| Place::new(inventory, location));
        let excerpt = Excerpt::new(lead, places, position, &mut self.positions);
        excerpt.draw(&self.masks, self.style, self.width, to);
        let notes = Notes { style: self.style, gutter: excerpt.gutter() + 1, width: self.width };
        for (finding, _) in &group {
            let first = self.explained.insert(finding.check.id.as_str());
            self.notes(finding, &notes, first, to);
        }
        self.fix(&group, &notes, to);
        for (finding, _) in &group {
            if self.named.insert(finding.check.id.as_str()) {
                notes.note(to, "more", &format!("seawall explain {}", finding.check.id));
            }
        }
        to.push('\n');
    }

    fn header(&self, finding: &Finding, to: &mut String) {
        let name = format!("{}[{}]", finding.severity, Escaped(&finding.check.id));
        self.style.push(to, Paint::Severity(finding.severity), &name);
        self.style.push(to, Paint::Strong, &format!(": {}", escape(&finding.message)));
        to.push('\n');
    }

    fn one_line(&self, finding: &'a Finding, position: Option<Position>, to: &mut String) {
        let place = Place::primary(self.report.inventory, finding);
        to.push_str(&escape(place.and_then(|place| place.file()).unwrap_or("")));
        if let Some(Position { line, column }) = position {
            to.push_str(&format!(":{line}:{column}"));
        } else {
            to.push_str(&format!(": {}", Escaped(&finding.subject)));
        }
        to.push_str(": ");
        self.header(finding, to);
    }

    fn notes(&self, finding: &Finding, notes: &Notes, first: bool, to: &mut String) {
        let check = &finding.check;
        if first {
            notes.note(to, "why", &check.why);
        }
        if !finding.linked.is_empty() {
            let linked: Vec<String> = finding.linked.iter().map(|subject| format!("`{subject}`")).collect();
            notes.note(to, "with", &linked.join(", "));
        }
        if finding.confidence < seawall_core::Confidence::High {
            notes.note(to, "confidence", finding.confidence.as_str());
        }
        // Without a mechanical fix, each finding repeats what to do.
        if first || finding.fix.is_none() {
            notes.note(to, "help", &check.help);
        }
    }

    /// The fixes of all findings of a group as one.
    fn fix(&self, group: &[(&'a Finding, Option<Position>)], notes: &Notes, to: &mut String) {
        let fixes: Vec<&Fix> = group.iter().filter_map(|(finding, _)| finding.fix.as_ref()).collect();
        let Some(risk) = fixes.iter().map(|fix| fix.risk).max() else { return };
        let Some((lead, _)) = group.first() else { return };
        let root = Route::root();
        let seen = lead.locations.first().map_or(&root, |location| &location.route);
        let resource = self.report.inventory.get(lead.resource);
        let mut edits: Vec<&Edit> = Vec::new();
        for edit in fixes.iter().flat_map(|fix| &fix.edits) {
            if !edits.contains(&edit) {
                edits.push(edit);
            }
        }
        let lines = describe_all(&edits, resource, seen);
        notes.lines(to, &format!("fix (risk {risk})"), lines.iter().map(String::as_str));
    }
}

/// Where several findings have their cause, when none of them points there by itself.
fn shared_place(group: &[(&Finding, Option<Position>)]) -> Option<Location> {
    let [(lead, _), _, ..] = group else { return None };
    let location = lead.locations.first()?;
    let (_, route) = cause(lead)?;
    let existing = location.existing.min(route.steps().len());
    // A block that is there says itself what it lacks.
    let missing = |location: &Location| {
        let steps = location.route.steps().get(location.existing..)?;
        (!steps.is_empty()).then(|| format!("`{}`", Steps(steps)))
    };
    let lacks = group.iter().filter_map(|(finding, _)| missing(finding.locations.first()?));
    let mut lacks: Vec<String> = lacks.collect();
    lacks.dedup();
    let is_there = existing == route.steps().len() && !lacks.is_empty();
    let note = is_there.then(|| format!("no {} here", lacks.join(", ")));
    Some(Location { route, existing, note, ..location.clone() })
}

/// The places to draw: those of the leading finding, with what stands for its first one, then what the others add.
fn places<'b>(
    group: &[(&'b Finding, Option<Position>)],
    shared: Option<&'b Location>,
) -> impl Iterator<Item = &'b Location> {
    let mut places: Vec<&Location> = Vec::new();
    for (number, (finding, _)) in group.iter().enumerate() {
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
