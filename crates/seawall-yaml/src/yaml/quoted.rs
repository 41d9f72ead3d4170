//! Scalars in quotes.

use super::chars::{BLANK, BREAK, QUOTED_STOP};
use super::plain::Fold;
use super::scan::Scanner;
use super::token::{Place, Read, Token, TokenKind, fail};
use crate::tree::Style;

impl Scanner<'_> {
    pub(super) fn single_quoted(&mut self) -> Read<()> {
        let content = self.pos + 1;
        // Nearly always the text between the quotes is the value.
        let simple = if self.survey.only_newlines {
            let rest = self.rest(content);
            memchr::memchr2(b'\'', b'\n', rest)
                .filter(|len| rest.get(*len) == Some(&b'\'') && rest.get(len + 1) != Some(&b'\''))
        } else {
            None
        };
        self.quoted(simple.map(|len| content + len), b'\'', Style::SingleQuoted)
    }

    pub(super) fn double_quoted(&mut self) -> Read<()> {
        let content = self.pos + 1;
        let simple = if self.survey.only_newlines {
            let rest = self.rest(content);
            memchr::memchr3(b'"', b'\\', b'\n', rest).filter(|len| rest.get(*len) == Some(&b'"'))
        } else {
            None
        };
        self.quoted(simple.map(|len| content + len), b'"', Style::DoubleQuoted)
    }

    /// `simple_end`: where the closing quote is, when nothing before it needs decoding.
    fn quoted(&mut self, simple_end: Option<usize>, quote: u8, style: Style) -> Read<()> {
        let key_level = self.save_key()?;
        self.key_allowed = false;
        let start = self.pos;
        let mut token = Token { key_level, style, ..Token::new(TokenKind::Scalar, start, start) };
        if let Some(end) = simple_end {
            self.pos = end + 1;
            token.value = (start as u32 + 1, end as u32);
        } else {
            let from = self.scratch.len() as u32;
            self.decode_quoted(start, quote)?;
            token.place = Place::Scratch;
            token.value = (from, self.scratch.len() as u32);
        }
        token.end = self.pos as u32;
        self.push(token);
        Ok(())
    }

    fn decode_quoted(&mut self, start: usize, quote: u8) -> Read<()> {
        self.pos += 1;
        loop {
            if self.document_marker().is_some() {
                return fail(start, "a quote that is not closed before the document ends");
            }
            if self.at(self.pos) == 0 {
                return fail(start, "a quote that is never closed");
            }
            let mut fold = if self.quoted_run(start, quote)? {
                // The break after a backslash is gone already; those after it count.
                self.breaks.clear();
                Some(Fold { kept: Some((self.pos, self.pos)) })
            } else {
                None
            };
            if self.at(self.pos) == quote {
                self.pos += 1;
                return Ok(());
            }
            let blanks = self.pos;
            let mut blanks_end = self.pos;
            loop {
                if self.is_at(self.pos, BLANK) {
                    self.pos += 1;
                    if fold.is_none() {
                        blanks_end = self.pos;
                    }
                } else if !(self.is_at(self.pos, BREAK) && self.note_break(&mut fold)) {
                    break;
                }
            }
            match fold {
                Some(fold) => self.join(blanks, blanks, fold),
                None => self.scratch.push_str(self.slice(blanks, blanks_end)),
            }
        }
    }

    /// Decodes up to a blank, a break or the closing quote. Gives whether it ended with a backslash at the end of a line,
    /// which it has passed.
    fn quoted_run(&mut self, start: usize, quote: u8) -> Read<bool> {
        loop {
            let piece = self.pos;
            while !self.is_at(self.pos, QUOTED_STOP) {
                self.pos += 1;
            }
            self.scratch.push_str(self.slice(piece, self.pos));
            let byte = self.at(self.pos);
            match byte {
                b'\'' if quote == b'\'' && self.at(self.pos + 1) == b'\'' => {
                    self.scratch.push('\'');
                    self.pos += 2;
                }
                _ if byte == quote => return Ok(false),
                b'\\' if quote == b'"' => {
                    let len = self.break_len(self.pos + 1);
                    if len > 0 {
                        self.next_line(len + 1);
                        return Ok(true);
                    }
                    self.escape(start)?;
                }
                b'\'' | b'"' | b'\\' => {
                    self.scratch.push(char::from(byte));
                    self.pos += 1;
                }
                0xc2 | 0xe2 if self.break_len(self.pos) == 0 => {
                    let len = if byte == 0xc2 { 2 } else { 3 };
                    self.scratch.push_str(self.slice(self.pos, self.pos + len));
                    self.pos += len;
                }
                _ => return Ok(false),
            }
        }
    }

    fn escape(&mut self, start: usize) -> Read<()> {
        let decoded = match self.at(self.pos + 1) {
            b'0' => '\0',
            b'a' => '\u{7}',
            b'b' => '\u{8}',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\u{b}',
            b'f' => '\u{c}',
            b'r' => '\r',
            b'e' => '\u{1b}',
            byte @ (b' ' | b'"' | b'\'' | b'\\') => char::from(byte),
            b'N' => '\u{85}',
            b'_' => '\u{a0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            b'x' => return self.code(start, 2),
            b'u' => return self.code(start, 4),
            b'U' => return self.code(start, 8),
            _ => {
                return fail(
                    self.pos,
                    "an unknown escape: write `\\\\` for a backslash, or use single quotes",
                );
            }
        };
        self.scratch.push(decoded);
        self.pos += 2;
        Ok(())
    }

    fn code(&mut self, start: usize, digits: usize) -> Read<()> {
        let first = self.pos + 2;
        let mut value: u32 = 0;
        for i in first..first + digits {
            let Some(digit) = char::from(self.at(i)).to_digit(16) else {
                return fail(start, format!("an escape that needs {digits} hexadecimal digits"));
            };
            value = value.wrapping_shl(4) | digit;
        }
        let Some(decoded) = char::from_u32(value) else {
            return fail(start, "an escape that is no Unicode character");
        };
        self.scratch.push(decoded);
        self.pos = first + digits;
        Ok(())
    }
}
