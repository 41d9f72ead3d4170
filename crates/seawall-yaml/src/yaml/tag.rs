//! Anchors, aliases, tags and directives.

use super::chars::{BLANK, TAG, WORD};
use super::scan::{Scanner, TagText};
use super::token::{Read, Token, TokenKind, fail};

impl Scanner<'_> {
    /// The end of the letters, digits, `_` and `-` from `i` on.
    fn word_end(&self, mut i: usize) -> usize {
        while self.is_at(i, WORD) {
            i += 1;
        }
        i
    }

    pub(super) fn anchor(&mut self, kind: TokenKind) -> Read<()> {
        let key_level = self.save_key()?;
        self.key_allowed = false;
        let start = self.pos;
        let end = self.word_end(start + 1);
        let delimited = matches!(self.at(end), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if end == start + 1 || !(delimited || self.is_blank_or_end(end)) {
            return fail(
                start,
                "`&` and `*` begin an anchor or alias of letters, digits, `_` and `-`: quote it",
            );
        }
        self.pos = end;
        let value = (start as u32 + 1, end as u32);
        self.push(Token { key_level, value, ..Token::new(kind, start, end) });
        Ok(())
    }

    pub(super) fn tag(&mut self) -> Read<()> {
        let key_level = self.save_key()?;
        self.key_allowed = false;
        let start = self.pos;
        let tag = if self.at(start + 1) == b'<' {
            self.pos += 2;
            let suffix = self.tag_uri(start, String::new(), false)?;
            if self.at(self.pos) != b'>' {
                return fail(start, "a tag without its `>`");
            }
            self.pos += 1;
            TagText { handle: String::new(), suffix }
        } else {
            self.short_tag(start)?
        };
        if !self.is_blank_or_end(self.pos) {
            return fail(start, "a tag must be followed by a blank: quote a text that begins with `!`");
        }
        let number = self.tags.len() as u32;
        self.tags.push(tag);
        let value = (number, number);
        self.push(Token { key_level, value, ..Token::new(TokenKind::Tag, start, self.pos) });
        Ok(())
    }

    /// `!`, `!suffix` or `!handle!suffix`.
    fn short_tag(&mut self, start: usize) -> Read<TagText> {
        let handle = self.tag_handle();
        if handle.len() > 1 && handle.ends_with('!') {
            let suffix = self.tag_uri(start, String::new(), false)?;
            return Ok(TagText { handle, suffix });
        }
        let head = handle.get(1..).unwrap_or("").to_owned();
        let suffix = self.tag_uri(start, head, true)?;
        if suffix.is_empty() {
            return Ok(TagText { handle: String::new(), suffix: "!".to_owned() });
        }
        Ok(TagText { handle: "!".to_owned(), suffix })
    }

    /// Takes `!`, a word, and a `!` behind it if there is one.
    fn tag_handle(&mut self) -> String {
        let start = self.pos;
        self.pos = self.word_end(start + 1);
        if self.at(self.pos) == b'!' {
            self.pos += 1;
        }
        self.slice(start, self.pos).to_owned()
    }

    /// Takes the characters of a tag behind `head`, with `%` escapes decoded.
    fn tag_uri(&mut self, start: usize, head: String, may_be_empty: bool) -> Read<String> {
        let first = self.pos;
        let mut uri = head.into_bytes();
        while self.is_at(self.pos, TAG) {
            if self.at(self.pos) == b'%' {
                self.uri_escape(start, &mut uri)?;
            } else {
                uri.push(self.at(self.pos));
                self.pos += 1;
            }
        }
        if self.pos == first && !may_be_empty {
            return fail(start, "a tag without a name");
        }
        Ok(String::from_utf8_lossy(&uri).into_owned())
    }

    /// One character, written as one to four `%xx`.
    fn uri_escape(&mut self, start: usize, uri: &mut Vec<u8>) -> Read<()> {
        let mut left: Option<u32> = None;
        while left != Some(0) {
            let digit = |i: usize| char::from(self.at(i)).to_digit(16);
            let (b'%', Some(high), Some(low)) = (self.at(self.pos), digit(self.pos + 1), digit(self.pos + 2))
            else {
                return fail(start, "a `%` in a tag without two hexadecimal digits");
            };
            let octet = (high << 4 | low) as u8;
            let leading = match octet {
                0x00..=0x7f => Some(1),
                0xc0..=0xdf => Some(2),
                0xe0..=0xef => Some(3),
                0xf0..=0xf7 => Some(4),
                _ => None,
            };
            let more = match left {
                None => leading,
                Some(left) => (octet & 0xc0 == 0x80).then_some(left),
            };
            let Some(more) = more else {
                return fail(start, "an escape in a tag that is not UTF-8");
            };
            uri.push(octet);
            self.pos += 3;
            left = Some(more - 1);
        }
        Ok(())
    }

    fn skip_blanks(&mut self) {
        while self.is_at(self.pos, BLANK) {
            self.pos += 1;
        }
    }

    pub(super) fn directive(&mut self) -> Read<()> {
        let start = self.pos;
        let name_end = self.word_end(start + 1);
        if name_end == start + 1 || !self.is_blank_or_end(name_end) {
            return fail(start, "`%` at the start of a line begins a directive: quote it");
        }
        let name = self.slice(start + 1, name_end);
        self.pos = name_end;
        let token = match name {
            "YAML" => self.version(start)?,
            "TAG" => self.tag_directive(start)?,
            _ => return fail(start, "an unknown directive"),
        };
        self.line_rest()?;
        self.push(token);
        Ok(())
    }

    /// `%YAML 1.1`: the numbers are the token's value.
    fn version(&mut self, start: usize) -> Read<Token> {
        self.skip_blanks();
        let major = self.version_number(start)?;
        if self.at(self.pos) != b'.' {
            return fail(start, "a `%YAML` directive needs a version such as `1.1`");
        }
        self.pos += 1;
        let minor = self.version_number(start)?;
        let value = (major, minor);
        Ok(Token { value, ..Token::new(TokenKind::VersionDirective, start, self.pos) })
    }

    fn version_number(&mut self, start: usize) -> Read<u32> {
        let first = self.pos;
        let mut number = 0;
        while let digit @ b'0'..=b'9' = self.at(self.pos) {
            number = number * 10 + u32::from(digit - b'0');
            self.pos += 1;
            // Go's reader takes no more than two digits.
            if self.pos - first > 2 {
                return fail(start, "a `%YAML` directive needs a version such as `1.1`");
            }
        }
        if self.pos == first {
            return fail(start, "a `%YAML` directive needs a version such as `1.1`");
        }
        Ok(number)
    }

    /// `%TAG !handle! prefix`
    fn tag_directive(&mut self, start: usize) -> Read<Token> {
        self.skip_blanks();
        let handle = if self.at(self.pos) == b'!' { self.tag_handle() } else { String::new() };
        if !handle.ends_with('!') || !self.is_at(self.pos, BLANK) {
            return fail(start, "a `%TAG` directive needs a handle such as `!x!`");
        }
        self.skip_blanks();
        let suffix = self.tag_uri(start, String::new(), false)?;
        if !self.is_blank_or_end(self.pos) {
            return fail(start, "a `%TAG` directive needs a handle and a prefix");
        }
        let number = self.tags.len() as u32;
        self.tags.push(TagText { handle, suffix });
        let value = (number, number);
        Ok(Token { value, ..Token::new(TokenKind::TagDirective, start, self.pos) })
    }
}
