//! New keys and items in flow style, JSON included.

use seawall_core::{FixValue, Route};

use super::ground::{Ground, change};
use super::render::FlowStyle;
use super::slot::Slot;
use super::{EditError, TextEdit};
use crate::{Node, Style};

impl<'t> Ground<'t> {
    /// How the inside of a flow collection is written. An empty one is written as what is around it.
    pub(super) fn flow_style(&self, node: Node<'t>, slots: &[Option<Slot<'t>>]) -> FlowStyle {
        let slots: Vec<_> = slots.iter().flatten().collect();
        let Some(last) = slots.last() else { return self.flow_style_around(node) };
        let key = self.get(last.start, last.from);
        let quoted = self.extent.json || node.is_map() && key.starts_with('"');
        let colon = node.is_map().then(|| key.rfind([':', '"', '\'']).map_or(0, |at| at.min(key.len() - 1)));
        let before = colon.map(|_| {
            let end = last.node.key_span().map_or(last.start, |span| span.end as usize);
            format!("{}{}", self.get(end, last.from), self.get(last.from, last.value))
        });
        let usual = if self.extent.json { self.json_colon() } else { ": ".to_owned() };
        let tight =
            |text: &String| text.trim() == ":" && !text.contains('\n') && (quoted || text.ends_with(' '));
        let colon = before.filter(tight).unwrap_or(usual);
        let pair = slots
            .len()
            .checked_sub(2)
            .and_then(|at| slots.get(at))
            .map(|left| self.get(left.end, last.start));
        let comma = pair.filter(|text| text.trim() == "," && !text.contains('\n')).map(str::to_owned);
        let comma = comma.unwrap_or_else(|| if colon.ends_with(' ') { ", ".into() } else { ",".into() });
        let lines = self.begins_line(last.start).then(|| self.indentation(last.start).to_owned());
        FlowStyle { quoted, colon, comma, lines }
    }

    fn flow_style_around(&self, node: Node<'t>) -> FlowStyle {
        let root = self.tree.root();
        let around = root
            .route_to(node)
            .and_then(|route| route.split_last().and_then(|(parent, _)| root.at(&parent)))
            .filter(|around| around.style() == Style::Flow && around.id() != node.id());
        match around {
            Some(around) => self.flow_style(around, &self.slots(around)),
            None => {
                let colon = if self.extent.json { self.json_colon() } else { ": ".to_owned() };
                let comma = if colon.ends_with(' ') { ", " } else { "," }.to_owned();
                FlowStyle { quoted: self.extent.json, colon, comma, lines: None }
            }
        }
    }

    /// The colon of the first key of a JSON document.
    fn json_colon(&self) -> String {
        let root = self.tree.root();
        let first = self.slots(root).into_iter().flatten().next().filter(|_| root.is_map());
        let tight = first.is_some_and(|slot| slot.value == slot.from);
        if tight { ":" } else { ": " }.to_owned()
    }

    /// Puts `key: value`, or an item when there is no key, behind the last entry of a flow collection that has one.
    pub(super) fn add_to_flow(
        &self,
        node: Node<'t>,
        key: Option<&str>,
        value: &FixValue,
        route: &Route,
    ) -> Result<Vec<TextEdit>, EditError> {
        let slots = self.slots(node);
        let style = self.flow_style(node, &slots);
        let entry = match key {
            Some(key) => self.style.flow_entry(key, value, &style),
            None => self.style.flow(value, &style),
        };
        let line = style.lines.as_ref().map(|indentation| format!("{}{indentation}", self.style.eol));
        let Some(last) = slots.last() else {
            // Only what the reader dropped is there.
            let at = node.span().unwrap_or_default().start as usize + 1;
            let inside = self.get(at, self.skip_space(at));
            return Ok(vec![change(at, at, format!("{inside}{entry},"))]);
        };
        let last = last.ok_or_else(|| EditError::Unsupported(route.clone()))?;
        let Some(line) = line else {
            return Ok(vec![change(last.end, last.end, format!("{}{entry}", style.comma))]);
        };
        // A comment on the line of the last entry stays on it.
        let line_end = self.line_end(last.end);
        let rest = self.get(last.end, line_end).trim_start();
        let has_comma = rest.starts_with(',');
        if rest.strip_prefix(',').unwrap_or(rest).trim_start().starts_with('#') {
            let (comma, after) = if has_comma { ("", ",") } else { (",", "") };
            return Ok(vec![
                change(last.end, last.end, comma),
                change(line_end, line_end, format!("{line}{entry}{after}")),
            ]);
        }
        Ok(vec![change(last.end, last.end, format!(",{line}{entry}"))])
    }
}
