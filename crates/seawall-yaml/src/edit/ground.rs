//! The text that a step is planned on: lines, columns, and where the document begins and ends.

use super::TextEdit;
use super::pieces::span;
use super::style::DocumentStyle;
use crate::{Limits, Span, Style, Text, Tree, json};

/// Where a document stands in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) lo: usize,
    pub(super) hi: usize,
    /// Whether it is JSON, not only YAML.
    pub(super) json: bool,
}

impl Extent {
    /// The same document alone in a text.
    pub(super) fn local(self, text: &str) -> Extent {
        Extent { lo: 0, hi: text.len(), json: self.json }
    }
}

/// Finds the document of a tree. What stands before the line of its first node is none of its business.
pub(super) fn extent(tree: &Tree, text: &str) -> Extent {
    let root = tree.root().span().unwrap_or_default().range();
    if tree.root().style() == Style::Flow && is_json(tree) {
        return Extent { lo: root.start, hi: root.end, json: true };
    }
    let before = text.get(..root.start).unwrap_or("");
    let mut lo = before.rfind('\n').map_or(0, |at| at + 1);
    if text.get(lo..).is_some_and(|rest| rest.starts_with('\u{feff}')) {
        lo += '\u{feff}'.len_utf8();
    }
    let mut at = root.end.min(text.len());
    while let Some(newline) = text.as_bytes().get(at..).and_then(|rest| memchr::memchr(b'\n', rest)) {
        at += newline + 1;
        // Kubernetes separates at every line that begins so, whatever follows.
        if text.get(at..).is_some_and(|line| line.starts_with("---") || line.starts_with("...")) {
            return Extent { lo, hi: at, json: false };
        }
    }
    Extent { lo, hi: text.len(), json: false }
}

fn is_json(tree: &Tree) -> bool {
    let (Some(text), Some(root)) = (tree.text(), tree.root().span()) else { return false };
    let text = Text::new(text.slice(root));
    let (read, _) = json::read_json(&text, Span { start: 0, end: text.len() }, &Limits::default());
    read.is_some_and(|(_, end)| end == text.len())
}

/// A document, its text and its habits.
pub(super) struct Ground<'t> {
    pub(super) text: &'t str,
    pub(super) tree: &'t Tree,
    pub(super) extent: Extent,
    pub(super) style: &'t DocumentStyle,
}

impl<'t> Ground<'t> {
    pub(super) fn new(text: &'t str, tree: &'t Tree, extent: Extent, style: &'t DocumentStyle) -> Self {
        Ground { text, tree, extent, style }
    }

    pub(super) fn get(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or("")
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied().filter(|_| at < self.extent.hi)
    }

    pub(super) fn line_start(&self, at: usize) -> usize {
        line_start(self.text, at).max(self.extent.lo)
    }

    /// The end of the line without its line end.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.get(at, self.extent.hi);
        let line = rest.find('\n').and_then(|len| rest.get(..len)).unwrap_or(rest);
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// The start of the next line; `None` when the document has no line end any more.
    pub(super) fn next_line(&self, at: usize) -> Option<usize> {
        self.get(at, self.extent.hi).find('\n').map(|len| at + len + 1)
    }

    /// Characters before `at` on its line.
    pub(super) fn column(&self, at: usize) -> usize {
        self.get(self.line_start(at), at).chars().count()
    }

    /// Whether only white space stands before `at` on its line.
    pub(super) fn begins_line(&self, at: usize) -> bool {
        self.get(self.line_start(at), at).bytes().all(|b| b == b' ' || b == b'\t')
    }

    /// The white space that a line begins with.
    pub(super) fn indentation(&self, at: usize) -> &'t str {
        let start = self.line_start(at);
        let line = self.get(start, self.line_end(start));
        line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or("")
    }

    /// Behind the spaces and tabs at `at`.
    pub(super) fn skip_blanks(&self, at: usize) -> usize {
        let rest = self.get(at, self.extent.hi);
        at + rest.len() - rest.trim_start_matches([' ', '\t']).len()
    }

    /// Behind the white space at `at`, line ends too.
    pub(super) fn skip_space(&self, at: usize) -> usize {
        let rest = self.get(at, self.extent.hi);
        at + rest.len() - rest.trim_start().len()
    }

    /// Whether something else than white space and comments stands between two offsets.
    pub(super) fn has_content(&self, start: usize, end: usize) -> bool {
        let mut lines = self.get(start, end).split('\n').map(str::trim);
        lines.any(|line| !line.is_empty() && !line.starts_with('#'))
    }
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// A change of `start..end`.
pub(super) fn change(start: usize, end: usize, replacement: impl Into<String>) -> TextEdit {
    TextEdit { span: span(start, end), replacement: replacement.into() }
}
