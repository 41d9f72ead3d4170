//! Block scalars: `|` and `>`.

use super::chars::{BLANK, BREAK};
use super::plain::written_break;
use super::scan::Scanner;
use super::token::{Place, Read, Token, TokenKind, fail};
use crate::tree::Style;

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomp {
    Strip,
    Clip,
    Keep,
}

impl Scanner<'_> {
    pub(super) fn block_scalar(&mut self, literal: bool) -> Read<()> {
        self.drop_key()?;
        self.key_allowed = true;
        let start = self.pos;
        self.pos += 1;
        let (chomp, increment) = self.block_header()?;
        let header_end = self.pos;
        self.line_rest()?;
        let mut indent = match increment {
            0 => 0,
            more => self.indent.max(0) + more,
        };
        let from = self.scratch.len();
        self.breaks.clear();
        self.block_breaks(&mut indent, start)?;
        let end = self.block_lines(literal, &mut indent, start, chomp)?.unwrap_or(header_end);
        let style = if literal { Style::Literal } else { Style::Folded };
        self.push(Token {
            style,
            place: Place::Scratch,
            value: (from as u32, self.scratch.len() as u32),
            ..Token::new(TokenKind::Scalar, start, end)
        });
        Ok(())
    }

    /// The indicators behind `|` or `>`, in either order.
    fn block_header(&mut self) -> Read<(Chomp, i64)> {
        let mut chomp = None;
        let mut increment = None;
        loop {
            match self.at(self.pos) {
                b'+' if chomp.is_none() => chomp = Some(Chomp::Keep),
                b'-' if chomp.is_none() => chomp = Some(Chomp::Strip),
                b'0' if increment.is_none() => {
                    return fail(self.pos, "an indentation of 0 for a block scalar");
                }
                digit @ b'1'..=b'9' if increment.is_none() => increment = Some(i64::from(digit - b'0')),
                _ => return Ok((chomp.unwrap_or(Chomp::Clip), increment.unwrap_or(0))),
            }
            self.pos += 1;
        }
    }

    /// Blanks, a comment and the line break behind a block scalar's header or a directive.
    pub(super) fn line_rest(&mut self) -> Read<()> {
        while self.is_at(self.pos, BLANK) {
            self.pos += 1;
        }
        if self.at(self.pos) == b'#' {
            self.skip_comment();
        }
        if !self.is_line_end(self.pos) {
            return fail(self.pos, "only a comment may follow on this line");
        }
        match self.break_len(self.pos) {
            0 => {}
            len => self.next_line(len),
        }
        Ok(())
    }

    /// Copies the lines. Gives where the last one with content ends.
    fn block_lines(
        &mut self,
        literal: bool,
        indent: &mut i64,
        start: usize,
        chomp: Chomp,
    ) -> Read<Option<usize>> {
        let mut end = None;
        // The break behind the line before, until it is known whether it folds.
        let mut last_break = "";
        let mut after_blank = false;
        while (self.pos - self.line_start) as i64 == *indent && self.at(self.pos) != 0 {
            let on_blank = self.is_at(self.pos, BLANK);
            if !literal && !after_blank && !on_blank && last_break == "\n" {
                if self.breaks.is_empty() {
                    self.scratch.push(' ');
                }
            } else {
                self.scratch.push_str(last_break);
            }
            self.scratch.push_str(&self.breaks);
            self.breaks.clear();
            after_blank = on_blank;
            let line = self.pos;
            self.pos = self.line_end(line);
            self.scratch.push_str(self.slice(line, self.pos));
            end = Some(self.pos);
            let len = self.break_len(self.pos);
            last_break = if len == 0 { "" } else { written_break(self.slice(self.pos, self.pos + len)) };
            if len > 0 {
                self.next_line(len);
            }
            self.block_breaks(indent, start)?;
        }
        if chomp != Chomp::Strip {
            self.scratch.push_str(last_break);
        }
        if chomp == Chomp::Keep {
            self.scratch.push_str(&self.breaks);
        }
        self.breaks.clear();
        Ok(end)
    }

    /// Passes indentation and empty lines, which go to `breaks`; finds the indentation when it is still 0.
    fn block_breaks(&mut self, indent: &mut i64, start: usize) -> Read<()> {
        let mut widest = 0;
        loop {
            let mut column = (self.pos - self.line_start) as i64;
            while (*indent == 0 || column < *indent) && self.at(self.pos) == b' ' {
                self.pos += 1;
                column += 1;
            }
            widest = widest.max(column);
            if (*indent == 0 || column < *indent) && self.at(self.pos) == b'\t' {
                return fail(self.pos.max(start), "a tab where only spaces may indent");
            }
            let len = if self.is_at(self.pos, BREAK) { self.break_len(self.pos) } else { 0 };
            if len == 0 {
                break;
            }
            let found = self.slice(self.pos, self.pos + len);
            self.breaks.push_str(written_break(found));
            self.next_line(len);
        }
        if *indent == 0 {
            *indent = widest.max(self.indent + 1).max(1);
        }
        Ok(())
    }
}
