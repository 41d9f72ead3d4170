//! A value in the place of another one.

use seawall_core::FixValue;

use super::TextEdit;
use super::ground::{Ground, change};
use super::quote::is_literal;
use super::render::{FlowStyle, flow_scalar, inline};
use super::slot::Slot;
use super::style::is_block;
use crate::{Node, Style};

impl<'t> Ground<'t> {
    /// Writes `value` in the place of the value of `slot`, which stands in `parent` (or is the document).
    pub(super) fn replace(
        &self,
        parent: Option<Node<'t>>,
        slot: &Slot<'t>,
        value: &FixValue,
    ) -> Vec<TextEdit> {
        if self.extent.json || parent.is_some_and(|parent| parent.style() == Style::Flow) {
            return self.replace_in_flow(parent, slot, value);
        }
        let node = slot.node;
        // The comment on the last line of a block collection is about its last entry, and goes with it.
        let whole = Slot { end: self.line_end(slot.end), ..*slot };
        let slot = if is_block(node) && !node.is_shared() { &whole } else { slot };
        let under_key = parent.is_some_and(Node::is_map);
        let collection = matches!(value, FixValue::Map(_) | FixValue::List(_));
        let empty = matches!(value, FixValue::Map(entries) if entries.is_empty())
            || matches!(value, FixValue::List(items) if items.is_empty());
        if node.style() == Style::Flow && !node.is_shared() && !node.is_empty() && collection {
            let style = self.around(self.flow_style(node, &self.slots(node)), slot);
            return vec![change(slot.value, slot.end, self.style.flow(value, &style))];
        }
        let alone = self.get(slot.end, self.line_end(slot.end)).trim().is_empty();
        if let FixValue::Str(text) = value
            && (under_key && alone && !is_block(node) && is_literal(text))
            && self.commented_header(slot).is_none()
        {
            return self.block_for_inline(slot, value);
        }
        match (is_block(node) && !node.is_shared(), collection && !empty) {
            (false, false) => self.inline_for_inline(slot, value),
            (false, true) if under_key => self.block_for_inline(slot, value),
            (true, false) if under_key => self.inline_for_block(slot, &inline(value, Style::Plain)),
            (true, false) => vec![change(slot.value, slot.end, inline(value, Style::Plain))],
            (true, true) if under_key => vec![self.block_for_block(slot, value)],
            (_, true) => self.item_for_any(parent, slot, value),
        }
    }

    /// `- {} # comment` becomes `- # comment` and lines below; without a comment the value begins on the line.
    fn item_for_any(&self, parent: Option<Node<'t>>, slot: &Slot<'t>, value: &FixValue) -> Vec<TextEdit> {
        let line_end = self.line_end(slot.end);
        let header = self.commented_header(slot);
        if header.is_some() || !self.get(slot.end, line_end).trim().is_empty() {
            let column = self.column(slot.start) + if parent.is_some() { 2 } else { 0 };
            let item = self.style.item(value, column);
            let lines = format!("{}{}{item}", self.style.eol, " ".repeat(column));
            let cut = slot.from + self.get(slot.from, slot.value).trim_end().len();
            return match header {
                Some((indicator, line_end)) => {
                    vec![change(cut, indicator, ""), change(line_end, slot.end, lines)]
                }
                None => vec![change(cut, slot.end, ""), change(line_end, line_end, lines)],
            };
        }
        if slot.is_unwritten() {
            let item = self.style.item(value, self.column(slot.from) + 1);
            return vec![change(slot.from, slot.from, format!(" {item}"))];
        }
        vec![change(slot.value, slot.end, self.style.item(value, self.column(slot.value)))]
    }

    fn inline_for_inline(&self, slot: &Slot<'t>, value: &FixValue) -> Vec<TextEdit> {
        let quotes = if slot.node.is_shared() { Style::Plain } else { slot.node.style() };
        let text = inline(value, quotes);
        if slot.is_unwritten() {
            return vec![change(slot.from, slot.from, format!(" {text}"))];
        }
        match self.commented_header(slot) {
            Some((indicator, line_end)) => {
                vec![change(slot.value, indicator, text), change(line_end, slot.end, "")]
            }
            None => vec![change(slot.value, slot.end, text)],
        }
    }

    /// The ends of the indicator and of the first line of a block scalar that has a comment on its first line.
    fn commented_header(&self, slot: &Slot<'t>) -> Option<(usize, usize)> {
        let line_end = self.line_end(slot.value);
        let (indicator, comment) = self.get(slot.value, line_end).split_once([' ', '\t'])?;
        let is_header = indicator.starts_with(['|', '>']) && comment.trim_start().starts_with('#');
        is_header.then_some((slot.value + indicator.len(), line_end))
    }

    /// `key: {} # comment` becomes `key: # comment` and lines below; an anchor stays where it is.
    fn block_for_inline(&self, slot: &Slot<'t>, value: &FixValue) -> Vec<TextEdit> {
        let body = self.style.under_key(value, self.column(slot.start));
        let before = self.get(slot.from, slot.value);
        let cut = slot.from + before.trim_end().len();
        if let Some((indicator, line_end)) = self.commented_header(slot) {
            return vec![change(cut, indicator, ""), change(line_end, slot.end, body)];
        }
        let line_end = self.line_end(slot.end);
        if self.get(slot.end, line_end).trim().is_empty() {
            return vec![change(cut, line_end, body)];
        }
        vec![change(cut, slot.end, ""), change(line_end, line_end, body)]
    }

    /// `key: # comment` and lines below become `key: value # comment`; an anchor stays where it is.
    fn inline_for_block(&self, slot: &Slot<'t>, text: &str) -> Vec<TextEdit> {
        let line_end = self.line_end(slot.from);
        if line_end >= slot.value {
            return vec![change(slot.from, slot.end, format!(" {text}"))];
        }
        let gap = self.get(slot.from, line_end);
        let word = gap.trim_start();
        if word.starts_with('#') {
            return vec![change(slot.from, slot.from, format!(" {text}")), change(line_end, slot.end, "")];
        }
        if word.starts_with('&') {
            let anchor = word.split([' ', '\t']).next().unwrap_or(word);
            let at = slot.from + gap.len() - word.len() + anchor.len();
            return vec![change(at, at, format!(" {text}")), change(line_end.max(at), slot.end, "")];
        }
        vec![change(slot.from, slot.end, format!(" {text}"))]
    }

    fn block_for_block(&self, slot: &Slot<'t>, value: &FixValue) -> TextEdit {
        let same_kind = slot.node.is_map() == matches!(value, FixValue::Map(_));
        if same_kind || !self.begins_line(slot.value) {
            let text = self.style.item(value, self.column(slot.value));
            return change(slot.value, slot.end, text);
        }
        let key = self.column(slot.start);
        let column = match value {
            FixValue::List(items) => key + self.style.dash(items),
            _ => key + self.style.step,
        };
        let text = format!("{}{}", " ".repeat(column), self.style.item(value, column));
        change(self.line_start(slot.value), slot.end, text)
    }

    fn replace_in_flow(&self, parent: Option<Node<'t>>, slot: &Slot<'t>, value: &FixValue) -> Vec<TextEdit> {
        let around = parent.unwrap_or(slot.node);
        let inside = self.flow_style(around, &self.slots(around));
        let style = if parent.is_some() { inside } else { self.around(inside, slot) };
        let text = match value {
            FixValue::Map(_) | FixValue::List(_) => self.style.flow(value, &style),
            scalar if slot.node.is_shared() => flow_scalar(scalar, Style::Plain, &style),
            scalar => flow_scalar(scalar, slot.node.style(), &style),
        };
        if slot.is_unwritten() && parent.is_some() {
            return vec![change(slot.from, slot.from, format!(" {text}"))];
        }
        vec![change(slot.value, slot.end, text)]
    }

    /// The style of a collection's inside, made that of the line the collection begins on.
    fn around(&self, inside: FlowStyle, slot: &Slot<'t>) -> FlowStyle {
        let lines = inside.lines.as_ref().map(|_| self.indentation(slot.value).to_owned());
        FlowStyle { lines, ..inside }
    }
}
