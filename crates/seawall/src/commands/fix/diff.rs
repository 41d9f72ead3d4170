//! Changes of files as unified diffs, with secret values hidden.

use std::borrow::Cow;

use seawall_fix::{DiffLine, FileChange, Hunk, unified};
use seawall_report::{Secrets, escape};
use seawall_yaml::{Span, Text};

/// Unchanged lines around a change.
const CONTEXT: usize = 3;
const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const CYAN: &str = "\u{1b}[36m";
const BOLD: &str = "\u{1b}[1m";
const RESET: &str = "\u{1b}[0m";

/// How lines are shown.
#[derive(Clone, Copy)]
pub(in crate::commands) struct Shown {
    /// As they are, so that the diff can be applied; else with hidden characters written out, for a terminal.
    pub(in crate::commands) raw: bool,
    pub(in crate::commands) colored: bool,
}

/// The lines of a text, and which parts of it are secret.
struct Side<'t> {
    lines: Vec<(usize, &'t str)>,
    secrets: &'t [Span],
}

impl<'t> Side<'t> {
    fn new(text: &'t Text, secrets: &'t Secrets) -> Self {
        let mut start = 0;
        let lines = text.as_str().split_inclusive('\n').map(|line| {
            let at = start;
            start += line.len();
            (at, line)
        });
        Side { lines: lines.collect(), secrets: secrets.spans(text) }
    }

    /// A line with its secrets as `***`, and whether there were any.
    fn line(&self, number: usize) -> (Cow<'t, str>, bool) {
        let Some((start, line)) = self.lines.get(number).copied() else { return (Cow::Borrowed(""), false) };
        let end = start + line.trim_end_matches(['\r', '\n']).len();
        // They are sorted and apart, so that ends ascend too.
        let first = self.secrets.partition_point(|span| span.range().end <= start);
        let behind = self.secrets.get(first..).unwrap_or(&[]).iter().map(|span| span.range());
        let inside = behind.take_while(|span| span.start < end);
        let mut out = String::new();
        let mut from = start;
        for span in inside {
            let (hidden, next) = (span.start.max(from), span.end.min(end));
            out.push_str(line.get(from - start..hidden - start).unwrap_or(""));
            out.push_str("***");
            from = next.max(from);
        }
        if out.is_empty() {
            return (Cow::Borrowed(line), false);
        }
        out.push_str(line.get(from - start..).unwrap_or(""));
        (Cow::Owned(out), true)
    }
}

/// The diffs of all files, and how many of their lines hide something.
pub(in crate::commands) fn all(
    files: &[FileChange],
    old: &Secrets,
    new: &Secrets,
    shown: Shown,
) -> (String, usize) {
    let mut writer = Writer { out: String::new(), shown, hidden: 0 };
    for file in files {
        let (before, after) = (Side::new(&file.before, old), Side::new(&file.after, new));
        let name = escape(&file.file);
        // Beside a path from the root a prefix means nothing to programs that apply diffs.
        let prefix = |side| if name.starts_with('/') { "" } else { side };
        writer.paint(BOLD, &format!("--- {}{name}\n", prefix("a/")));
        writer.paint(BOLD, &format!("+++ {}{name}\n", prefix("b/")));
        for hunk in unified(file.before.as_str(), file.after.as_str(), CONTEXT) {
            writer.hunk(&hunk, &before, &after);
        }
    }
    (writer.out, writer.hidden)
}

struct Writer {
    out: String,
    shown: Shown,
    hidden: usize,
}

impl Writer {
    fn paint(&mut self, color: &str, line: &str) {
        if !self.shown.colored {
            self.out.push_str(line);
            return;
        }
        let (text, end) = match line.strip_suffix('\n') {
            Some(text) => (text, "\n"),
            None => (line, ""),
        };
        self.out.extend([color, text, RESET, end]);
    }

    fn hunk(&mut self, hunk: &Hunk, before: &Side<'_>, after: &Side<'_>) {
        let range = |(start, count): (usize, usize)| {
            if count == 1 { start.to_string() } else { format!("{start},{count}") }
        };
        self.paint(CYAN, &format!("@@ -{} +{} @@\n", range(hunk.before), range(hunk.after)));
        for line in &hunk.lines {
            let (sign, color, (text, hidden)) = match line {
                DiffLine::Kept(number, _) => (' ', "", before.line(*number)),
                DiffLine::Gone(number) => ('-', RED, before.line(*number)),
                DiffLine::Come(number) => ('+', GREEN, after.line(*number)),
            };
            self.hidden += usize::from(hidden);
            let content = text.strip_suffix('\n').unwrap_or(&text);
            let content = if self.shown.raw { Cow::Borrowed(content) } else { escape(content) };
            let whole = format!("{sign}{content}\n");
            if color.is_empty() {
                self.out.push_str(&whole)
            } else {
                self.paint(color, &whole)
            }
            if !text.ends_with('\n') {
                self.out.push_str("\\ No newline at end of file\n");
            }
        }
    }
}
