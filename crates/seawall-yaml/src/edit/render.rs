//! New values as text, in block style and in flow style.

use seawall_core::FixValue;

use super::quote::{double_quoted, is_literal, is_plain, is_plain_key, single_quoted};
use super::style::DocumentStyle;
use crate::Style;

/// How a flow map or list is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FlowStyle {
    /// Keys and strings in double quotes, as JSON wants it.
    pub(super) quoted: bool,
    /// Between key and value, with the colon.
    pub(super) colon: String,
    /// Between entries, with the comma.
    pub(super) comma: String,
    /// The indentation of the lines around it, when collections take several lines.
    pub(super) lines: Option<String>,
}

impl DocumentStyle {
    fn pad(&self, column: usize) -> String {
        format!("{}{}", self.eol, " ".repeat(column))
    }

    /// `key: value` at a column; the first line without its indentation.
    pub(super) fn entry(&self, key: &str, value: &FixValue, column: usize) -> String {
        let key = if is_plain_key(key, false) { key.to_owned() } else { double_quoted(key) };
        format!("{key}:{}", self.under_key(value, column))
    }

    /// What follows the colon of a key at a column.
    pub(super) fn under_key(&self, value: &FixValue, column: usize) -> String {
        match value {
            FixValue::Map(entries) if !entries.is_empty() => {
                let column = column + self.step;
                self.pad(column) + &self.map(entries, column)
            }
            FixValue::List(items) if !items.is_empty() => {
                let column = column + self.dash(items);
                self.pad(column) + &self.list(items, column)
            }
            FixValue::Str(text) if is_literal(text) => format!(" {}", self.literal(text, column + self.step)),
            value => format!(" {}", inline(value, Style::Plain)),
        }
    }

    /// What follows a dash, at the column of its first character.
    pub(super) fn item(&self, value: &FixValue, column: usize) -> String {
        match value {
            FixValue::Map(entries) if !entries.is_empty() => self.map(entries, column),
            FixValue::List(items) if !items.is_empty() => self.list(items, column),
            FixValue::Str(text) if is_literal(text) => self.literal(text, column),
            value => inline(value, Style::Plain),
        }
    }

    fn map(&self, entries: &[(String, FixValue)], column: usize) -> String {
        let entries: Vec<String> =
            entries.iter().map(|(key, value)| self.entry(key, value, column)).collect();
        entries.join(&self.pad(column))
    }

    fn list(&self, items: &[FixValue], column: usize) -> String {
        let items: Vec<String> =
            items.iter().map(|item| format!("- {}", self.item(item, column + 2))).collect();
        items.join(&self.pad(column))
    }

    fn literal(&self, text: &str, column: usize) -> String {
        let (header, body) = text.strip_suffix('\n').map_or(("|-", text), |body| ("|", body));
        let pad = self.pad(column.max(1));
        let line = |line: &str| if line.is_empty() { self.eol.to_owned() } else { format!("{pad}{line}") };
        header.to_owned() + &body.split('\n').map(line).collect::<String>()
    }

    /// A value in flow style.
    pub(super) fn flow(&self, value: &FixValue, style: &FlowStyle) -> String {
        let deeper = style.lines.as_ref().map(|outer| format!("{outer}{}", " ".repeat(self.step)));
        let inner = FlowStyle { lines: deeper, ..style.clone() };
        let (open, parts, close): (_, Vec<String>, _) = match value {
            FixValue::Map(entries) => {
                ('{', entries.iter().map(|(key, value)| self.flow_entry(key, value, &inner)).collect(), '}')
            }
            FixValue::List(items) => ('[', items.iter().map(|item| self.flow(item, &inner)).collect(), ']'),
            scalar => return flow_scalar(scalar, Style::Plain, style),
        };
        match (&style.lines, &inner.lines) {
            (Some(outer), Some(indentation)) if !parts.is_empty() => {
                let line = format!(",{}{indentation}", self.eol);
                let eol = self.eol;
                format!("{open}{eol}{indentation}{}{eol}{outer}{close}", parts.join(&line))
            }
            _ => format!("{open}{}{close}", parts.join(&style.comma)),
        }
    }

    /// `key: value` in flow style; `style` is that of the map's inside.
    pub(super) fn flow_entry(&self, key: &str, value: &FixValue, style: &FlowStyle) -> String {
        let plain = !style.quoted && is_plain_key(key, true);
        let key = if plain { key.to_owned() } else { double_quoted(key) };
        format!("{key}{}{}", style.colon, self.flow(value, style))
    }
}

/// A scalar, `{}` or `[]` in block style, with the quotes of what it replaces where they can stay.
pub(super) fn inline(value: &FixValue, old: Style) -> String {
    let FixValue::Str(text) = value else { return other(value) };
    match old {
        Style::SingleQuoted => single_quoted(text).unwrap_or_else(|| double_quoted(text)),
        Style::DoubleQuoted => double_quoted(text),
        _ if is_plain(text, false) => text.clone(),
        _ => double_quoted(text),
    }
}

/// A scalar in flow style.
pub(super) fn flow_scalar(value: &FixValue, old: Style, style: &FlowStyle) -> String {
    let FixValue::Str(text) = value else { return other(value) };
    match old {
        Style::SingleQuoted if !style.quoted => single_quoted(text).unwrap_or_else(|| double_quoted(text)),
        Style::Plain if !style.quoted && is_plain(text, true) => text.clone(),
        _ => double_quoted(text),
    }
}

fn other(value: &FixValue) -> String {
    match value {
        FixValue::Bool(value) => value.to_string(),
        FixValue::Int(value) => value.to_string(),
        FixValue::List(_) => "[]".to_owned(),
        FixValue::Map(_) => "{}".to_owned(),
        FixValue::Str(text) => double_quoted(text),
    }
}
