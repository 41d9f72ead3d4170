//! Notes below an excerpt: `= why: …`, wrapped with a hanging indent.

use unicode_width::UnicodeWidthStr;

use super::style::{Paint, Style};
use crate::escape::escape;

/// Where notes go and how.
pub(super) struct Notes {
    pub(super) style: Style,
    /// Columns before the rail.
    pub(super) gutter: usize,
    /// Columns of a line.
    pub(super) width: usize,
}

/// No note is wrapped narrower than this.
const MIN_COLUMNS: usize = 24;

impl Notes {
    /// Appends `   = label: text`, the text wrapped.
    pub(super) fn note(&self, to: &mut String, label: &str, text: &str) {
        let hang = self.begin(to, label);
        let columns = self.width.saturating_sub(hang).max(MIN_COLUMNS);
        let mut used = 0;
        for word in escape(text).split(' ') {
            let wide = word.width();
            if used > 0 && used + 1 + wide > columns {
                to.push('\n');
                to.extend(std::iter::repeat_n(' ', hang));
                used = 0;
            } else if used > 0 {
                to.push(' ');
                used += 1;
            }
            to.push_str(word);
            used += wide;
        }
        to.push('\n');
    }

    /// Appends a note of several lines that must stay as they are, each escaped.
    pub(super) fn lines<'a>(&self, to: &mut String, label: &str, lines: impl Iterator<Item = &'a str>) {
        let hang = self.begin(to, label);
        for (i, line) in lines.enumerate() {
            if i > 0 {
                to.extend(std::iter::repeat_n(' ', hang));
            }
            to.push_str(&escape(line));
            to.push('\n');
        }
    }

    /// Writes the label; gives the column at which the text stands.
    fn begin(&self, to: &mut String, label: &str) -> usize {
        to.extend(std::iter::repeat_n(' ', self.gutter));
        self.style.push(to, Paint::Frame, "= ");
        self.style.push(to, Paint::Strong, label);
        to.push_str(": ");
        self.gutter + 2 + label.width() + 2
    }
}
