//! The text of a document while it is edited: pieces of the original and new text between them.

use super::TextEdit;
use crate::Span;

#[derive(Clone, Debug)]
enum Piece {
    /// Bytes of the original text.
    Kept(usize, usize),
    New(String),
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Piece::Kept(start, end) => end - start,
            Piece::New(text) => text.len(),
        }
    }

    fn split(&self, at: usize) -> Option<(Piece, Piece)> {
        Some(match self {
            Piece::Kept(start, end) => (Piece::Kept(*start, start + at), Piece::Kept(start + at, *end)),
            Piece::New(text) => {
                let (head, tail) = text.split_at_checked(at)?;
                (Piece::New(head.to_owned()), Piece::New(tail.to_owned()))
            }
        })
    }
}

/// A piece table over one document.
pub(super) struct Pieces<'t> {
    original: &'t str,
    lo: usize,
    hi: usize,
    pieces: Vec<Piece>,
}

impl<'t> Pieces<'t> {
    pub(super) fn new(original: &'t str, lo: usize, hi: usize) -> Self {
        Pieces { original, lo, hi, pieces: vec![Piece::Kept(lo, hi)] }
    }

    /// Makes changes to the current text, whose first byte has the offset `base`. `None` when they overlap.
    pub(super) fn splice(&mut self, changes: &[TextEdit], base: usize) -> Option<()> {
        let mut ordered: Vec<&TextEdit> = changes.iter().collect();
        ordered.sort_by_key(|change| (change.span.start, change.span.end));
        let mut past = usize::MAX;
        for change in ordered.into_iter().rev() {
            let start = (change.span.start as usize).checked_sub(base)?;
            let end = (change.span.end as usize).checked_sub(base)?;
            if start > end || end > past {
                return None;
            }
            past = start;
            let first = self.cut(start)?;
            let last = self.cut(end)?;
            let new = (!change.replacement.is_empty()).then(|| Piece::New(change.replacement.clone()));
            self.pieces.splice(first..last, new);
        }
        Some(())
    }

    /// Makes a piece begin at an offset of the current text; gives its number.
    fn cut(&mut self, at: usize) -> Option<usize> {
        let mut start = 0;
        for number in 0..self.pieces.len() {
            if start == at {
                return Some(number);
            }
            let piece = self.pieces.get(number)?;
            let end = start + piece.len();
            if at < end {
                let (head, tail) = piece.split(at - start)?;
                self.pieces.splice(number..=number, [head, tail]);
                return Some(number + 1);
            }
            start = end;
        }
        (start == at).then_some(self.pieces.len())
    }

    /// The current text of the document.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Kept(start, end) => text.push_str(self.original.get(*start..*end).unwrap_or("")),
                Piece::New(new) => text.push_str(new),
            }
        }
        text
    }

    /// The changes from the original to the current text.
    pub(super) fn edits(&self) -> Vec<TextEdit> {
        let mut edits = Vec::new();
        let mut from = self.lo;
        let mut new = String::new();
        for piece in self.pieces.iter().chain([&Piece::Kept(self.hi, self.hi)]) {
            match piece {
                Piece::New(text) => new.push_str(text),
                Piece::Kept(start, end) => {
                    let replacement = std::mem::take(&mut new);
                    let removed = self.original.get(from..*start).unwrap_or("");
                    if removed != replacement {
                        edits.push(TextEdit { span: span(from, *start), replacement });
                    }
                    from = *end;
                }
            }
        }
        edits
    }
}

/// A span of offsets in a text that is known to fit.
pub(super) fn span(start: usize, end: usize) -> Span {
    Span { start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(end).unwrap_or(u32::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(start: u32, end: u32, replacement: &str) -> TextEdit {
        TextEdit { span: Span { start, end }, replacement: replacement.to_owned() }
    }

    #[test]
    fn steps_compose_into_edits_of_the_original() {
        let mut pieces = Pieces::new("--abcdef--", 2, 8);
        pieces.splice(&[change(4, 4, "XY"), change(6, 7, "")], 2).unwrap();
        assert_eq!(pieces.text(), "abXYcdf");
        pieces.splice(&[change(3, 3, "-"), change(4, 6, "")], 0).unwrap();
        assert_eq!(pieces.text(), "abX-Yf");
        assert_eq!(pieces.edits(), [change(4, 7, "X-Y")]);
        assert!(pieces.splice(&[change(0, 2, ""), change(1, 3, "")], 0).is_none());
        assert!(pieces.splice(&[change(0, 99, "")], 0).is_none());
    }

    #[test]
    fn what_is_put_back_is_no_edit() {
        let mut pieces = Pieces::new("abc", 0, 3);
        pieces.splice(&[change(1, 2, "")], 0).unwrap();
        pieces.splice(&[change(1, 1, "b")], 0).unwrap();
        assert_eq!(pieces.edits(), []);
    }
}
