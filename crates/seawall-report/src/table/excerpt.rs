//! The places of a finding: `--> file:line:column` with the line and carets below it.

use seawall_core::{Finding, Location, LocationRole, OriginKind, Position, Severity, Steps};
use seawall_yaml::{Span, Text};

use super::line::show;
use super::mask::Masks;
use super::style::{Paint, Style};
use crate::escape::{Escaped, escape};
use crate::place::{Place, Positions};

/// One marked place in a text.
struct Mark<'a> {
    place: Place<'a>,
    text: &'a Text,
    span: Span,
    position: Position,
}

/// The places of one finding, ready to be drawn.
pub(super) struct Excerpt<'a> {
    finding: &'a Finding,
    /// Places with a text, those of one file together, the primary place's file first.
    marks: Vec<Mark<'a>>,
    /// Places without a text.
    bare: Vec<Place<'a>>,
}

impl<'a> Excerpt<'a> {
    /// Looks up the places of a finding; the position of the primary one is known already.
    pub(super) fn new(
        finding: &'a Finding,
        places: impl Iterator<Item = Place<'a>>,
        primary: Option<Position>,
        positions: &mut Positions,
    ) -> Self {
        let mut excerpt = Excerpt { finding, marks: Vec::new(), bare: Vec::new() };
        for (i, place) in places.enumerate() {
            let position = if i == 0 { primary } else { positions.of(&place) };
            match (place.text(), place.highlight(), position) {
                (Some(text), Some(span), Some(position)) => {
                    excerpt.marks.push(Mark { place, text, span, position });
                }
                _ => excerpt.bare.push(place),
            }
        }
        let mut ranks: Vec<&Text> = Vec::new();
        for mark in &excerpt.marks {
            if !ranks.iter().any(|text| text.same(mark.text)) {
                ranks.push(mark.text);
            }
        }
        let rank = |mark: &Mark<'_>| ranks.iter().position(|text| text.same(mark.text));
        excerpt.marks.sort_by_key(|mark| (rank(mark), mark.position));
        excerpt
    }

    /// Columns that the line numbers take.
    pub(super) fn gutter(&self) -> usize {
        let highest = self.marks.iter().map(|mark| mark.position.line).max().unwrap_or(1);
        highest.checked_ilog10().unwrap_or(0) as usize + 1
    }

    /// Draws all places.
    pub(super) fn draw(&self, masks: &Masks, style: Style, width: usize, to: &mut String) {
        let draw = Draw { finding: self.finding, style, gutter: self.gutter(), width };
        let mut first = true;
        for file in self.marks.chunk_by(|a, b| a.text.same(b.text)) {
            if !first {
                draw.rail(to);
            }
            draw.file(file, first, masks, to);
            first = false;
        }
        for place in &self.bare {
            draw.bare(place, first, to);
            first = false;
        }
        if !self.marks.is_empty() {
            draw.rail(to);
        }
    }
}

struct Draw<'a> {
    finding: &'a Finding,
    style: Style,
    gutter: usize,
    width: usize,
}

impl Draw<'_> {
    fn pad(&self, to: &mut String) {
        to.extend(std::iter::repeat_n(' ', self.gutter));
    }

    fn rail(&self, to: &mut String) {
        self.pad(to);
        self.style.push(to, Paint::Frame, " |");
        to.push('\n');
    }

    fn arrow(&self, first: bool, to: &mut String) {
        self.pad(to);
        self.style.push(to, Paint::Frame, if first { "--> " } else { "::: " });
    }

    fn file(&self, marks: &[Mark<'_>], first: bool, masks: &Masks, to: &mut String) {
        let lead = marks.iter().find(|mark| is_primary(mark.place.location)).or(marks.first());
        let Some(lead) = lead else { return };
        self.arrow(first, to);
        let Position { line, column } = lead.position;
        to.push_str(&format!("{}:{line}:{column}", escape(lead.place.file().unwrap_or(""))));
        if let Some(resource) = lead.place.resource {
            to.push_str(&format!(" ({})", Escaped(resource.subject())));
        }
        to.push('\n');
        self.rail(to);
        let mut last: Option<u32> = None;
        for line in marks.chunk_by(|a, b| a.position.line == b.position.line) {
            let Some(number) = line.first().map(|mark| mark.position.line) else { continue };
            if last.is_some_and(|last| number > last + 1) {
                to.push_str("...\n");
            }
            last = Some(number);
            self.line(line, number, masks, to);
        }
    }

    fn line(&self, marks: &[Mark<'_>], number: u32, masks: &Masks, to: &mut String) {
        let Some(text) = marks.first().map(|mark| mark.text) else { return };
        let spans: Vec<Span> = marks.iter().map(|mark| mark.span).collect();
        let room = self.width.saturating_sub(self.gutter + 3);
        let shown = show(text, &spans, masks.spans(text), room);
        self.style.push(to, Paint::Frame, &format!("{number:>width$} |", width = self.gutter));
        if !shown.text.is_empty() {
            to.push(' ');
            to.push_str(&shown.text);
        }
        to.push('\n');
        for (mark, (column, width)) in marks.iter().zip(&shown.marks) {
            self.pad(to);
            self.style.push(to, Paint::Frame, " | ");
            to.extend(std::iter::repeat_n(' ', *column));
            // A mark that runs past what is shown ends there.
            let width = (*width).min(room.saturating_sub(*column).max(1));
            let location = mark.place.location;
            let paint = paint(location, self.finding.severity);
            let underline = if is_primary(location) { "^" } else { "-" };
            self.style.push(to, paint, &underline.repeat(width));
            if let Some(label) = label(&mark.place) {
                to.push(' ');
                self.style.push(to, paint, &escape(&label));
            }
            to.push('\n');
        }
    }

    fn bare(&self, place: &Place<'_>, first: bool, to: &mut String) {
        self.arrow(first, to);
        let file = place.file().unwrap_or("");
        to.push_str(&escape(file));
        if let Some(resource) = place.resource {
            // The file is where the object comes from; the value is not written there.
            let rendered = if resource.origin().kind == OriginKind::Rendered { " (as rendered)" } else { "" };
            to.push_str(&format!("{rendered}: {}", Escaped(resource.subject())));
        }
        let anchor = place.location.anchor();
        if !anchor.is_root() {
            to.push_str(&format!(": {}", Escaped(anchor)));
        }
        match place.value() {
            Some(value) => to.push_str(&format!(" = {}", escape(value))),
            None if place.location.withheld => to.push_str(" = ***"),
            None => {}
        }
        if let Some(label) = label(place) {
            to.push_str(&format!(" ({})", escape(&label)));
        }
        to.push('\n');
    }
}

fn is_primary(location: &Location) -> bool {
    location.role == LocationRole::Primary
}

fn paint(location: &Location, severity: Severity) -> Paint {
    if is_primary(location) { Paint::Severity(severity) } else { Paint::Related }
}

/// The note of a place, or which field is missing there.
fn label(place: &Place<'_>) -> Option<String> {
    place.location.note.clone().or_else(|| place.missing().map(|steps| format!("no `{}` here", Steps(steps))))
}
