//! From symbolic locations to files, lines and columns.

use seawall_core::{Finding, Location, Position, Route, Step, Subject};
use seawall_inventory::{Inventory, Resource};
use seawall_yaml::{Span, Text};

/// A location with the resource that it lies in.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) location: &'a Location,
    /// `None` only when the finding is not of this inventory.
    pub(crate) resource: Option<&'a Resource>,
}

impl<'a> Place<'a> {
    pub(crate) fn new(inventory: &'a Inventory, location: &'a Location) -> Self {
        Place { location, resource: inventory.get(location.resource) }
    }

    /// The primary place of a finding.
    pub(crate) fn primary(inventory: &'a Inventory, finding: &'a Finding) -> Option<Self> {
        finding.locations.first().map(|location| Place::new(inventory, location))
    }

    pub(crate) fn file(&self) -> Option<&'a str> {
        self.resource.map(|resource| &*resource.origin().file)
    }

    pub(crate) fn text(&self) -> Option<&'a Text> {
        self.resource?.tree().text()
    }

    /// The object, where it is another one than the finding's subject.
    pub(crate) fn other_subject(&self, finding: &Finding) -> Option<&'a Subject> {
        self.resource.map(Resource::subject).filter(|subject| **subject != finding.subject)
    }

    /// The part of the route that does not exist; `None` when all of it does.
    pub(crate) fn missing(&self) -> Option<&'a [Step]> {
        self.location.route.steps().get(self.location.existing..).filter(|steps| !steps.is_empty())
    }

    /// The part of the route that exists.
    pub(crate) fn existing(&self) -> &'a [Step] {
        let steps = self.location.route.steps();
        steps.get(..self.location.existing).unwrap_or(steps)
    }

    /// The value seen, unless it is secret: withheld by the check, or data of a Secret.
    pub(crate) fn value(&self) -> Option<&'a str> {
        if self.location.withheld || self.resource.is_some_and(|r| is_secret_data(r, &self.location.route)) {
            return None;
        }
        self.location.value.as_deref()
    }

    /// What a caret should underline, on one line: key and value of a scalar, the key of a map or list, or the first
    /// line of what has no key. A missing field is shown at its nearest parent.
    pub(crate) fn highlight(&self) -> Option<Span> {
        let (node, _) = self.resource?.root().nearest(&self.location.route);
        let text = self.text()?;
        let whole = node.span()?;
        let Some(key) = node.key_span() else { return Some(first_line(text, whole)) };
        let scalar =
            !node.is_map() && !node.is_seq() && self.location.existing == self.location.route.steps().len();
        // A value reached through an alias stands elsewhere, an empty one stands nowhere.
        let beside = whole.start >= key.end && whole.end > whole.start;
        if !scalar || !beside {
            return Some(key);
        }
        let both = Span { start: key.start, end: whole.end };
        let shown = first_line(text, both);
        Some(if shown.end < key.end { key } else { shown })
    }
}

/// The identity that an API server gave an object, if it reads as one.
pub(crate) fn uid(resource: &Resource) -> Option<&str> {
    let is_uid =
        |uid: &&str| uid.len() == 36 && uid.bytes().all(|b| matches!(b, b'-' | b'0'..=b'9' | b'a'..=b'f'));
    resource.metadata()?.str("uid").filter(is_uid)
}

/// Whether a route leads into the data of a Secret.
fn is_secret_data(resource: &Resource, route: &Route) -> bool {
    let in_data =
        matches!(route.steps().first(), Some(Step::Key(key)) if matches!(&**key, "data" | "stringData"));
    in_data && resource.kind() == "Secret"
}

/// The part of a span on its first line, without white space at its end.
fn first_line(text: &Text, span: Span) -> Span {
    let written = text.slice(span);
    let line = written.split_once('\n').map_or(written, |(line, _)| line).trim_end();
    Span { start: span.start, end: span.start + u32::try_from(line.len()).unwrap_or(0) }
}

/// Turns offsets into positions, cheaply for offsets that come roughly in order.
///
/// `Text::position` counts the characters of the line before the offset. In a file of one long line (minified JSON) that
/// would make the work quadratic in the number of findings, so the last position is remembered and counted on from.
#[derive(Clone, Default)]
pub(crate) struct Positions {
    last: Option<(Text, u32, Position)>,
}

impl Positions {
    /// The position of a place; `None` without a text.
    pub(crate) fn of(&mut self, place: &Place<'_>) -> Option<Position> {
        let (node, _) = place.resource?.root().nearest(&place.location.route);
        let start = node.key_span().or_else(|| node.span())?.start;
        place.text().map(|text| self.at(text, start))
    }

    /// The position of an offset.
    pub(crate) fn at(&mut self, text: &Text, offset: u32) -> Position {
        let position = self.counted_on(text, offset).unwrap_or_else(|| text.position(offset));
        self.last = Some((text.clone(), offset, position));
        position
    }

    fn counted_on(&self, text: &Text, offset: u32) -> Option<Position> {
        let (_, last, position) = self.last.as_ref().filter(|(known, ..)| known.same(text))?;
        let between = text.as_str().get((*last).min(offset) as usize..(*last).max(offset) as usize)?;
        if between.contains('\n') {
            return None;
        }
        let characters = u32::try_from(between.chars().count()).ok()?;
        let column = if *last <= offset {
            position.column.checked_add(characters)?
        } else {
            position.column.checked_sub(characters)?
        };
        Some(Position { column, ..*position })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn counting_on_is_counting(lines in "[a-zü世\n]{0,40}", offsets in proptest::collection::vec(0u32..60, 1..20)) {
            let text = Text::new(lines);
            let mut positions = Positions::default();
            for offset in offsets {
                let offset = text.as_str().floor_char_boundary(offset as usize) as u32;
                proptest::prop_assert_eq!(positions.at(&text, offset), text.position(offset));
            }
        }
    }
}
