//! One finding: header, places, and the notes below.

use std::collections::HashSet;

use seawall_core::{Finding, Position, Route};

use super::excerpt::Excerpt;
use super::fix::describe;
use super::mask::Masks;
use super::style::{Paint, Style};
use super::wrap::Notes;
use crate::Report;
use crate::escape::{Escaped, escape};
use crate::place::{Place, Positions};

/// Writes findings one after the other; remembers which checks were explained.
pub(super) struct FindingWriter<'a> {
    report: &'a Report<'a>,
    style: Style,
    width: usize,
    quiet: bool,
    masks: Masks,
    positions: Positions,
    explained: HashSet<&'a str>,
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
        }
    }

    /// Appends a finding whose primary place has this position.
    pub(super) fn write(&mut self, finding: &'a Finding, position: Option<Position>, to: &mut String) {
        if self.quiet {
            return self.one_line(finding, position, to);
        }
        self.header(finding, to);
        let inventory = self.report.inventory;
        let places = finding.locations.iter().map(|location| Place::new(inventory, location));
        let excerpt = Excerpt::new(finding, places, position, &mut self.positions);
        excerpt.draw(&self.masks, self.style, self.width, to);
        let notes = Notes { style: self.style, gutter: excerpt.gutter() + 1, width: self.width };
        let first = self.explained.insert(finding.check.id.as_str());
        self.notes(finding, &notes, first, to);
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
        if let Some(fix) = &finding.fix {
            let root = Route::root();
            let seen = finding.locations.first().map_or(&root, |location| &location.route);
            let resource = self.report.inventory.get(finding.resource);
            let lines: Vec<String> =
                fix.edits.iter().flat_map(|edit| describe(edit, resource, seen)).collect();
            let label = format!("fix (risk {})", fix.risk);
            notes.lines(to, &label, lines.iter().map(String::as_str));
        }
        if first {
            notes.note(to, "more", &format!("seawall explain {}", check.id));
        }
    }
}
