//! One line of a file, made fit to be shown: masked, escaped, trimmed around what is marked.

use seawall_yaml::{Span, Text};
use unicode_width::UnicodeWidthChar;

use crate::escape::{is_hidden, push_escaped};
use crate::token::MASK;

/// What stands for a part of a line that is cut off.
const CUT: char = '…';
/// Bytes of a line that are looked at on each side of the mark: far more than any terminal shows.
const REACH: usize = 4096;
/// Columns of a tab.
const TAB: &str = "    ";

/// A line ready to be shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ShownLine {
    /// What to write.
    pub(super) text: String,
    /// For each span asked for, its first column and its width in the shown text; the width is at least 1.
    pub(super) marks: Vec<(usize, usize)>,
}

/// A character on the screen.
struct Cell {
    c: char,
    width: usize,
    /// The byte of the file that it stands for.
    at: usize,
}

/// Shows the line on which `marks` begin, in at most `width` columns; the first mark decides what is kept of a long line.
///
/// `masks` are sorted and do not overlap.
pub(super) fn show(text: &Text, marks: &[Span], masks: &[Span], width: usize) -> ShownLine {
    let whole = text.as_str();
    let anchor = marks.first().map_or(0, |mark| mark.start as usize);
    let (start, cut_left) = line_start(whole, anchor);
    let (end, cut_right) = line_end(whole, anchor);
    let cells = cells(whole, start, end, masks);
    let (first, last) = window(&cells, anchor, cut_left, cut_right, width);
    let shown = cells.get(first..last).unwrap_or(&[]);
    let mut out = String::new();
    let mut indent = 0;
    if first > 0 || cut_left {
        out.push(CUT);
        indent = 1;
    }
    out.extend(shown.iter().map(|cell| cell.c));
    if last < cells.len() || cut_right {
        out.push(CUT);
    }
    let column = |byte: usize| {
        indent + shown.iter().take_while(|cell| cell.at < byte).map(|cell| cell.width).sum::<usize>()
    };
    let marks = marks.iter().map(|mark| {
        let (from, to) = (column(mark.start as usize), column(mark.end as usize));
        (from, to.saturating_sub(from).max(1))
    });
    ShownLine { marks: marks.collect(), text: out.trim_end().to_owned() }
}

fn line_start(whole: &str, anchor: usize) -> (usize, bool) {
    let from = whole.floor_char_boundary(anchor.saturating_sub(REACH));
    let before = whole.get(from..anchor).unwrap_or("");
    match before.rfind('\n') {
        Some(newline) => (from + newline + 1, false),
        None => (from, from > 0),
    }
}

fn line_end(whole: &str, anchor: usize) -> (usize, bool) {
    let to = whole.floor_char_boundary(whole.len().min(anchor.saturating_add(REACH)));
    let after = whole.get(anchor..to).unwrap_or("");
    match after.find('\n') {
        Some(newline) => (anchor + newline, false),
        None => (to, to < whole.len()),
    }
}

/// The characters of a line as they are shown.
fn cells(whole: &str, start: usize, end: usize, masks: &[Span]) -> Vec<Cell> {
    let near = masks.get(masks.partition_point(|mask| mask.end as usize <= start)..).unwrap_or(&[]);
    let masked = |at: usize| {
        let mask = near.get(near.partition_point(|mask| mask.end as usize <= at));
        mask.is_some_and(|mask| mask.start as usize <= at)
    };
    let mut cells = Vec::new();
    let mut indent = true;
    let mut hidden = false;
    let line = whole.get(start..end).unwrap_or("");
    let line = line.strip_suffix('\r').unwrap_or(line);
    for (offset, c) in line.char_indices() {
        let at = start + offset;
        if at == 0 && c == '\u{feff}' {
            continue;
        }
        indent &= c == ' ' || c == '\t';
        // The indentation of a masked line tells nothing and keeps the excerpt readable.
        if !indent && masked(at) {
            if !hidden {
                cells.extend(MASK.chars().map(|c| Cell { c, width: 1, at }));
            }
            hidden = true;
            continue;
        }
        hidden = false;
        if c == '\t' {
            cells.extend(TAB.chars().map(|c| Cell { c, width: 1, at }));
        } else if is_hidden(c) {
            let mut written = String::new();
            push_escaped(&mut written, c);
            cells.extend(written.chars().map(|c| Cell { c, width: 1, at }));
        } else {
            cells.push(Cell { c, width: c.width().unwrap_or(0), at });
        }
    }
    cells
}

/// Which cells to show so that they fit: all, or those around the anchor.
fn window(cells: &[Cell], anchor: usize, cut_left: bool, cut_right: bool, width: usize) -> (usize, usize) {
    let sum = |cells: &[Cell]| cells.iter().map(|cell| cell.width).sum::<usize>();
    if sum(cells) + usize::from(cut_left) + usize::from(cut_right) <= width {
        return (0, cells.len());
    }
    let room = width.saturating_sub(2);
    let mark = cells.iter().take_while(|cell| cell.at < anchor).count();
    let after = sum(cells.get(mark..).unwrap_or(&[]));
    // A quarter of the room for what stands before the mark, and what the mark and its followers leave.
    let before = (room / 4).max(room.saturating_sub(after));
    let (mut first, mut used) = (mark, 0);
    while let Some(cell) = first.checked_sub(1).and_then(|before| cells.get(before)) {
        if used + cell.width > before {
            break;
        }
        used += cell.width;
        first -= 1;
    }
    let mut last = mark;
    while let Some(cell) = cells.get(last).filter(|cell| used + cell.width <= room) {
        used += cell.width;
        last += 1;
    }
    (first, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: usize, end: usize) -> Span {
        Span { start: start as u32, end: end as u32 }
    }

    fn shown(line: &str, mark: &str, masks: &[Span], width: usize) -> (String, String) {
        let at = line.find(mark).unwrap();
        let line = show(&Text::new(line), &[span(at, at + mark.len())], masks, width);
        let (column, len) = line.marks[0];
        (line.text, format!("{}{}", " ".repeat(column), "^".repeat(len)))
    }

    #[test]
    fn columns_are_those_of_the_screen() {
        assert_eq!(shown("a: b\n", "b", &[], 80), ("a: b".into(), "   ^".into()));
        assert_eq!(shown("\ta: b\r\nc: d\r\n", "b", &[], 80), ("    a: b".into(), "       ^".into()));
        assert_eq!(shown("世界: b", "b", &[], 80), ("世界: b".into(), "      ^".into()));
        assert_eq!(shown("e\u{301}: b", "b", &[], 80), ("e\u{301}: b".into(), "   ^".into()));
        assert_eq!(shown("\u{1b}: b", "b", &[], 80), ("\\u{1b}: b".into(), "        ^".into()));
        assert_eq!(shown("\u{feff}a: b", "a", &[], 80), ("a: b".into(), "^".into()));
    }

    #[test]
    fn masks_have_one_length_and_keep_the_caret_right() {
        let line = "{k: hunter2, l: x}";
        assert_eq!(
            shown(line, "l: x", &[span(4, 11)], 80),
            ("{k: ***, l: x}".into(), "         ^^^^".into())
        );
        assert_eq!(
            shown(line, "k: hunter2", &[span(4, 11)], 80),
            ("{k: ***, l: x}".into(), " ^^^^^^".into())
        );
        let block = "k: |\n    abc\n    def\n";
        assert_eq!(shown(block, "def", &[span(3, block.len())], 80), ("    ***".into(), "    ^^^".into()));
    }

    #[test]
    fn long_lines_are_trimmed_around_the_mark() {
        let line = format!("{}MARK{}", "a".repeat(10_000), "b".repeat(10_000));
        let (text, caret) = shown(&line, "MARK", &[], 20);
        assert_eq!(text, "…aaaaMARKbbbbbbbbbb…");
        assert_eq!(caret, "     ^^^^");
        assert_eq!(shown("aaaaaaaaaaaaaaaaaaaaMARK", "MARK", &[], 12).0, "…aaaaaaMARK");
        assert_eq!(shown("MARKbbbbbbbbbbbbbbbbbbbb", "MARK", &[], 12).0, "MARKbbbbbb…");
    }

    proptest::proptest! {
        #[test]
        fn fits_and_hides(line in "[a-z世\\t\u{1b}\u{202e}]{1,60}", at in 0usize..60, secret in 0usize..60, width in 10usize..50) {
            let text = Text::new(line.as_str());
            let at = line.floor_char_boundary(at.min(line.len() - 1));
            let secret = line.floor_char_boundary(secret.min(line.len()));
            let shown = show(&text, &[span(at, line.len())], &[span(secret, line.len())], width);
            let columns: usize = shown.text.chars().map(|c| c.width().unwrap_or(0)).sum();
            proptest::prop_assert!(columns <= width);
            proptest::prop_assert!(!shown.text.chars().any(is_hidden));
            let (column, len) = shown.marks[0];
            proptest::prop_assert!(len >= 1 && column + len <= width + 1);
        }
    }
}
