//! Scalars without quotes, over one line or more.

use super::chars::{BLANK, BREAK, FLOW_STOP, PLAIN_STOP};
use super::scan::Scanner;
use super::token::{Place, Read, Token, TokenKind, fail};

/// Line breaks met between two pieces of a scalar, to be folded when more follows.
#[derive(Clone, Copy)]
pub(super) struct Fold {
    /// Whether the first break is one that folding keeps (U+2028, U+2029): its bytes in the text.
    pub(super) kept: Option<(usize, usize)>,
}

impl Scanner<'_> {
    pub(super) fn plain(&mut self) -> Read<()> {
        let key_level = self.save_key()?;
        self.key_allowed = false;
        let start = self.pos;
        let least = self.indent + 1;
        // The piece of the last line that is not in the scratch buffer yet, and the end of what is known to belong.
        let (mut piece, mut end) = (start, start);
        let mut folded: Option<usize> = None;
        let mut fold: Option<Fold> = None;
        loop {
            if self.document_marker().is_some() || self.at(self.pos) == b'#' {
                break;
            }
            let run_end = self.plain_run(self.pos);
            if run_end > self.pos {
                if let Some(fold) = fold.take() {
                    folded.get_or_insert(self.scratch.len());
                    self.join(piece, end, fold);
                    piece = self.pos;
                }
                (self.pos, end) = (run_end, run_end);
            }
            if !self.plain_gap(least, &mut fold)? {
                break;
            }
            if self.flow_level == 0 && fold.is_some() && ((self.pos - self.line_start) as i64) < least {
                break;
            }
        }
        if fold.is_some() {
            self.key_allowed = true;
        }
        let mut token = Token { key_level, ..Token::new(TokenKind::Scalar, start, end) };
        if let Some(from) = folded {
            self.scratch.push_str(self.slice(piece, end));
            token.place = Place::Scratch;
            token.value = (from as u32, self.scratch.len() as u32);
        }
        self.push(token);
        Ok(())
    }

    /// The end of the run without blanks and breaks that begins at `i`.
    #[inline]
    fn plain_run(&self, mut i: usize) -> usize {
        let stop = if self.flow_level > 0 { FLOW_STOP } else { PLAIN_STOP };
        loop {
            while !self.is_at(i, stop) {
                i += 1;
            }
            match self.at(i) {
                b':' if !self.is_blank_or_end(i + 1) => i += 1,
                0xc2 | 0xe2 if self.break_len(i) == 0 => i += 1,
                _ => return i,
            }
        }
    }

    /// Passes blanks and line breaks. Gives whether there were any; otherwise the scalar has ended.
    fn plain_gap(&mut self, least: i64, fold: &mut Option<Fold>) -> Read<bool> {
        let start = self.pos;
        loop {
            if self.is_at(self.pos, BLANK) {
                let column = (self.pos - self.line_start) as i64;
                if fold.is_some() && column < least && self.at(self.pos) == b'\t' {
                    return fail(self.pos, "a tab where only spaces may indent");
                }
                self.pos += 1;
            } else if self.is_at(self.pos, BREAK) && self.note_break(fold) {
            } else {
                return Ok(self.pos > start);
            }
        }
    }

    /// Passes a line break, if one is here: the first one is noted in `fold`, the others in `breaks`.
    pub(super) fn note_break(&mut self, fold: &mut Option<Fold>) -> bool {
        let len = self.break_len(self.pos);
        if len == 0 {
            return false;
        }
        if fold.is_none() {
            self.breaks.clear();
            let kept = (self.at(self.pos) == 0xe2).then_some((self.pos, self.pos + len));
            *fold = Some(Fold { kept });
        } else {
            self.breaks.push_str(written_break(self.slice(self.pos, self.pos + len)));
        }
        self.next_line(len);
        true
    }

    /// Puts the piece into the scratch buffer, and behind it what its line breaks come to.
    pub(super) fn join(&mut self, piece: usize, end: usize, fold: Fold) {
        self.scratch.push_str(self.slice(piece, end));
        if let Some((start, end)) = fold.kept {
            self.scratch.push_str(self.slice(start, end));
            self.scratch.push_str(&self.breaks);
        } else if self.breaks.is_empty() {
            self.scratch.push(' ');
        } else {
            self.scratch.push_str(&self.breaks);
        }
        self.breaks.clear();
    }
}

/// How a line break counts in a value; the newline imagined at the end of the text, which is empty here, is one too.
pub(super) fn written_break(found: &str) -> &str {
    if matches!(found, "\u{2028}" | "\u{2029}") { found } else { "\n" }
}
