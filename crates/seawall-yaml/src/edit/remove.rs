//! Keys and items taken away, with the comments that are theirs.

use seawall_core::{FixValue, Route};

use super::ground::{Ground, change};
use super::slot::Slot;
use super::style::is_block;
use super::{EditError, TextEdit};
use crate::{Kind, Node};

impl<'t> Ground<'t> {
    /// Takes a child of `parent` away; `around` is what `parent` stands in.
    pub(super) fn remove(
        &self,
        around: Option<Node<'t>>,
        parent_slot: &Slot<'t>,
        child: Node<'t>,
        route: &Route,
    ) -> Result<Vec<TextEdit>, EditError> {
        let parent = parent_slot.node;
        let slots: Option<Vec<Slot<'t>>> = self.slots(parent).into_iter().collect();
        let slots = slots.ok_or_else(|| EditError::Unsupported(route.clone()))?;
        // Entries that the last duplicate hides would come to light without it.
        let is_victim = |slot: &Slot<'t>| match parent.kind() {
            Kind::Map => slot.node.key() == child.key(),
            _ => slot.node.id() == child.id(),
        };
        if slots.iter().all(is_victim) && !self.has_more(parent, &slots) {
            let empty = if parent.is_map() { FixValue::Map(Vec::new()) } else { FixValue::List(Vec::new()) };
            if is_block(parent) {
                return Ok(self.replace(around, parent_slot, &empty));
            }
            let text = if parent.is_map() { "{}" } else { "[]" };
            return Ok(vec![change(parent_slot.value, parent_slot.end, text)]);
        }
        let mut changes = Vec::new();
        for (at, slot) in slots.iter().enumerate().filter(|(_, slot)| is_victim(slot)) {
            let left = slots.get(..at).unwrap_or(&[]).iter().rev().find(|slot| !is_victim(slot));
            let right = slots.get(at + 1);
            let floor =
                at.checked_sub(1).and_then(|at| slots.get(at)).map_or(parent_slot.from, |slot| slot.end);
            if is_block(parent) {
                let is_first_of_document = at == 0 && around.is_none() && parent_slot.node.id().0 == 0;
                let floor = if is_first_of_document { slot.start } else { floor };
                changes.push(self.remove_from_block(slot, left, floor));
            } else {
                changes.extend(self.remove_from_flow(slot, left, right, floor));
            }
        }
        Ok(changes)
    }

    /// Whether the text of a collection holds more than the slots: a merge key, what the reader dropped.
    fn has_more(&self, parent: Node<'t>, slots: &[Slot<'t>]) -> bool {
        let span = parent.span().unwrap_or_default().range();
        let (mut from, end) = if is_block(parent) {
            (span.start, span.end)
        } else {
            (span.start + 1, span.end.saturating_sub(1))
        };
        let mut gaps = Vec::new();
        for slot in slots {
            gaps.push(self.get(from, slot.start));
            from = slot.end;
        }
        gaps.push(self.get(from, end));
        let content = |line: &str| {
            let line = line.trim().trim_start_matches(',').trim_start();
            !line.is_empty() && !line.starts_with('#')
        };
        gaps.iter().any(|gap| gap.split('\n').any(content))
    }

    fn remove_from_block(&self, slot: &Slot<'t>, left: Option<&Slot<'t>>, floor: usize) -> TextEdit {
        let next_line = self.next_line(slot.end);
        if !self.begins_line(slot.start) {
            // The first key behind a dash: what comes next moves up to it.
            let from = next_line.map_or(slot.end, |line| self.skip_space(line));
            return change(slot.start, from, "");
        }
        let first = self.with_comments_above(slot.start, floor);
        match (next_line, left) {
            (Some(line), _) => change(first, line, ""),
            // The file does not end with a line end, and does not afterwards, unless it is needed there.
            (None, Some(left)) if !self.is_scalar_with_line_end(left) => {
                let before = first.checked_sub(1).map_or(first, |newline| self.line_end_before(newline));
                change(before, self.extent.hi, "")
            }
            (None, _) => change(first, self.extent.hi, ""),
        }
    }

    fn is_scalar_with_line_end(&self, slot: &Slot<'t>) -> bool {
        let header = self.get(slot.end.saturating_sub(1), slot.end);
        let mut node = slot.node;
        while is_block(node) {
            match self.slots(node).into_iter().flatten().last() {
                Some(last) => node = last.node,
                None => return false,
            }
        }
        !header.is_empty() && node.as_str().is_some_and(|text| text.ends_with('\n'))
    }

    /// The end of the line whose line feed is at `newline`, before its carriage return.
    fn line_end_before(&self, newline: usize) -> usize {
        let carriage = newline.checked_sub(1).filter(|at| self.byte(*at) == Some(b'\r'));
        carriage.unwrap_or(newline)
    }

    /// The start of the first of the comment lines right above the line of `at`, at the same indentation. Lines that
    /// begin before `floor` are not looked at.
    fn with_comments_above(&self, at: usize, floor: usize) -> usize {
        let indentation = self.indentation(at);
        let mut first = self.line_start(at);
        while let Some(above) = first.checked_sub(1).map(|newline| self.line_start(newline)) {
            let comment =
                self.get(above, first).strip_prefix(indentation).is_some_and(|line| line.starts_with('#'));
            if above >= first || above < floor || !comment {
                break;
            }
            first = above;
        }
        first
    }

    fn remove_from_flow(
        &self,
        slot: &Slot<'t>,
        left: Option<&Slot<'t>>,
        right: Option<&Slot<'t>>,
        floor: usize,
    ) -> Vec<TextEdit> {
        let after = self.skip_space(slot.end);
        let comma = (self.byte(after) == Some(b',')).then_some(after);
        let line_end = self.line_end(slot.end);
        let rest = self.get(comma.map_or(slot.end, |comma| comma + 1).min(line_end), line_end).trim_start();
        let next_line = self.next_line(slot.end);
        let lines = next_line
            .filter(|_| self.begins_line(slot.start) && (rest.is_empty() || rest.starts_with('#')))
            .map(|line| (self.with_comments_above(slot.start, floor), line));
        let left_comma = left.and_then(|left| {
            let gap = self.get(left.end, slot.start);
            gap.find(',').map(|at| (left.end, left.end + at, gap.contains('#')))
        });
        match (lines, comma, left_comma) {
            (Some((first, line)), Some(_), _) | (Some((first, line)), None, None) => {
                vec![change(first, line, "")]
            }
            (Some((first, line)), None, Some((_, comma, _))) => {
                let gap_is_all = first <= comma + 1;
                let first = if gap_is_all { comma + 1 } else { first };
                vec![change(comma, comma + 1, ""), change(first, line, "")]
            }
            (None, Some(comma), _) if right.is_some() || left.is_none() => {
                vec![change(slot.start, self.skip_blanks_or_line(comma + 1), "")]
            }
            (None, _, Some((left_end, _, false))) => vec![change(left_end, slot.end, "")],
            (None, _, Some((_, comma, true))) => {
                vec![change(comma, comma + 1, ""), change(slot.start, slot.end, "")]
            }
            (None, _, None) => vec![change(slot.start, slot.end, "")],
        }
    }

    /// Behind the blanks; behind the line end too when no comment stands before it.
    fn skip_blanks_or_line(&self, at: usize) -> usize {
        let blanks = self.skip_blanks(at);
        if self.byte(blanks) == Some(b'#') { at } else { self.skip_space(at) }
    }
}
