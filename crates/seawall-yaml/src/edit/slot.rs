//! Where the entries of a map and the items of a list stand in the text.

use super::ground::Ground;
use super::style::is_block;
use crate::tree::NodeId;
use crate::{Kind, Node, Style};

/// An entry or an item as it is written.
#[derive(Clone, Copy)]
pub(super) struct Slot<'t> {
    pub(super) node: Node<'t>,
    /// The key, the dash, or the item of a flow list.
    pub(super) start: usize,
    /// Behind the colon or the dash, before anchors and tags.
    pub(super) from: usize,
    /// Where the value begins; `from` when nothing is written.
    pub(super) value: usize,
    /// One past the value, without the comment and the line end after it.
    pub(super) end: usize,
}

impl Slot<'_> {
    /// Whether the value is `null` by being absent.
    pub(super) fn is_unwritten(&self) -> bool {
        self.end <= self.from
    }
}

impl<'t> Ground<'t> {
    /// The children that stand in the text of this map or list, in their order, those too that a later duplicate
    /// hides. `None` for one whose place is not known.
    pub(super) fn slots(&self, parent: Node<'t>) -> Vec<Option<Slot<'t>>> {
        let end = self.tree.subtree_end(parent.id().0);
        let mut id = parent.id().0 + 1;
        let mut slots = Vec::new();
        while id < end {
            let node = self.tree.node(NodeId(id));
            id = self.tree.subtree_end(id).max(id + 1);
            if !node.is_merged() || parent.is_shared() {
                slots.push(self.slot(parent, node));
            }
        }
        slots
    }

    /// The document itself as a slot.
    pub(super) fn root_slot(&self) -> Slot<'t> {
        let node = self.tree.root();
        let start = node.span().unwrap_or_default().start as usize;
        Slot { node, start, from: start, value: start, end: self.end(node, start) }
    }

    fn slot(&self, parent: Node<'t>, node: Node<'t>) -> Option<Slot<'t>> {
        let written = node.span()?.start as usize;
        let (start, from) = if parent.is_map() {
            let key = node.key_span()?;
            let colon = self.skip_blanks(key.end as usize);
            (key.start as usize, (self.byte(colon)? == b':').then_some(colon + 1)?)
        } else if node.is_shared() {
            return None;
        } else if is_block(parent) {
            let dash = self.dash(parent, written)?;
            (dash, dash + 1)
        } else {
            (written, written)
        };
        let end = self.end(node, from);
        let value = match () {
            () if end <= from => from,
            () if node.is_shared() => self.skip_space(from),
            () => written,
        };
        Some(Slot { node, start, from, value, end })
    }

    /// The dash of the item of a block list that begins at `at`: on its line or above, in the column of the list.
    fn dash(&self, list: Node<'t>, at: usize) -> Option<usize> {
        let first = list.span()?.start as usize;
        let column = first - self.line_start(first);
        let mut line = self.line_start(at);
        loop {
            let dash = line + column;
            let alone = matches!(self.byte(dash + 1), None | Some(b' ' | b'\t' | b'\r' | b'\n'));
            if dash <= at && dash >= first && self.byte(dash) == Some(b'-') && alone {
                return Some(dash);
            }
            if line <= first {
                return None;
            }
            line = self.line_start(line - 1);
        }
    }

    /// One past a value that begins at or behind `from`.
    pub(super) fn end(&self, node: Node<'t>, from: usize) -> usize {
        let span = node.span().unwrap_or_default().range();
        if node.is_shared() {
            let alias = self.skip_space(from);
            let len =
                self.get(alias, self.extent.hi).find(|c: char| c.is_whitespace() || ",[]{}".contains(c));
            let end = len.map_or(self.extent.hi, |len| alias + len);
            return if self.byte(alias) == Some(b'*') { end } else { from };
        }
        if is_block(node) {
            return self.block_end(node);
        }
        if span.is_empty() || span.end <= from {
            return from;
        }
        if is_block_scalar(node) {
            return self.block_scalar_end(node);
        }
        let trimmed = self.get(span.start, span.end).trim_end();
        span.start + trimmed.len()
    }

    fn block_end(&self, node: Node<'t>) -> usize {
        let span = node.span().unwrap_or_default().range();
        let last = self.slots(node).into_iter().flatten().last();
        let end = last.map_or(span.start, |slot| slot.end);
        // What no slot stands for: a merge key, what the reader dropped, an alias.
        if self.has_content(end, span.end) { end + self.get(end, span.end).trim_end().len() } else { end }
    }

    /// A block scalar ends with its last line of content; `+` keeps the empty lines after it too.
    fn block_scalar_end(&self, node: Node<'t>) -> usize {
        let span = node.span().unwrap_or_default().range();
        let header = self.line_end(span.start).min(span.end);
        let keep = self.get(span.start, header).contains('+');
        let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let mut content = None;
        let mut end = header;
        let mut at = self.next_line(header);
        while let Some(line) = at.filter(|line| *line < self.extent.hi) {
            let line_end = self.line_end(line);
            let text = self.get(line, line_end);
            let blank = text.trim().is_empty();
            let inside = line < span.end && content.is_none_or(|content| indent(text) >= content);
            if !blank && !inside {
                break;
            }
            if !blank {
                content.get_or_insert(indent(text));
                end = line_end;
            } else if keep && self.next_line(line).is_some() {
                end = line_end;
            }
            at = self.next_line(line);
        }
        end
    }

    /// Whether the text ends inside a block scalar that ends with this value, so that a line end put behind it would
    /// become a part of its value.
    pub(super) fn ends_open(&self, slot: &Slot<'t>) -> bool {
        if self.next_line(slot.end).is_some() {
            return false;
        }
        let mut node = slot.node;
        while is_block(node) {
            match self.slots(node).into_iter().flatten().last() {
                Some(last) if last.end == slot.end => node = last.node,
                _ => return false,
            }
        }
        is_block_scalar(node)
    }
}

fn is_block_scalar(node: Node<'_>) -> bool {
    node.kind() == Kind::Str
        && node.style() != Style::Flow
        && node.source().is_some_and(|source| source.starts_with(['|', '>']))
}
