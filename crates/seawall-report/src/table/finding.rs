//! Findings with one cause, mostly one: headers, places, and the notes below.

use std::collections::HashSet;

use seawall_core::{Finding, Position};

use super::group::{Excerpts, Group};
use super::style::{Paint, Style};
use super::wrap::Notes;
use crate::Report;
use crate::escape::{Escaped, escape};
use crate::place::Place;

/// Writes findings one after the other; remembers which checks were explained, and to whose pages it led.
pub(super) struct FindingWriter<'a> {
    report: &'a Report<'a>,
    style: Style,
    width: usize,
    quiet: bool,
    excerpts: Excerpts<'a>,
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
            excerpts: if quiet { Excerpts::none(report) } else { Excerpts::of(report, style, width) },
            explained: HashSet::new(),
            named: HashSet::new(),
        }
    }

    /// Appends findings with one cause. The worst speaks first.
    pub(super) fn write(&mut self, group: &Group<'a>, to: &mut String) {
        if self.quiet {
            group.findings().for_each(|(finding, position)| self.one_line(finding, position, to));
            return;
        }
        for (finding, _) in group.findings() {
            self.header(finding, to);
        }
        let gutter = self.excerpts.draw(group, to);
        let notes = Notes { style: self.style, gutter: gutter + 1, width: self.width };
        for (finding, _) in group.findings() {
            let first = self.explained.insert(finding.check.id.as_str());
            self.notes(finding, &notes, first, to);
        }
        if let Some((risk, lines)) = group.fix(self.report.inventory) {
            notes.lines(to, &format!("fix (risk {risk})"), lines.iter().map(String::as_str));
        }
        for (finding, _) in group.findings() {
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
}
