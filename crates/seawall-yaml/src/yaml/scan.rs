//! The scanner: bytes to tokens, with the rules of libyaml (which Go's reader inherited) about indentation, about what
//! may be a key without `?`, and about what is allowed where.
//!
//! A key without `?` is known only when its `:` is met, so tokens wait in a short queue: at most as many as fit in the
//! [`KEY_REACH`] characters within which a key must find its `:` on the same line.

use std::collections::VecDeque;

use super::chars::{self, BLANK, BREAK, Survey};
use super::token::{Read, Token, TokenKind, fail};
use crate::text::Span;

/// Characters between the start of a key and its `:` (YAML 1.2, section 7.4.2).
const KEY_REACH: i64 = 1024;
/// Nesting that Go's reader refuses, in block and in flow style each.
const DEEPEST: usize = 10_000;

/// A token that may turn out to be a key, one for each flow level.
#[derive(Clone, Copy, Debug, Default)]
struct SimpleKey {
    possible: bool,
    /// In block context at the indentation of the map: nothing but a key can stand here.
    required: bool,
    /// Whether the token waits for its `:` in the queue.
    awaited: bool,
    /// Number of the token.
    token: u64,
    /// Where its line starts.
    line: usize,
    start: usize,
    column: i64,
}

/// A tag as written: its handle in the text, and its decoded rest.
#[derive(Debug)]
pub(super) struct TagText {
    pub(super) handle: String,
    pub(super) suffix: String,
}

pub(super) struct Scanner<'t> {
    pub(super) text: &'t str,
    /// The text up to the end of the document.
    bytes: &'t [u8],
    /// Bytes of the document, and one more when a newline has to be imagined at its end.
    limit: usize,
    pub(super) survey: Survey,
    pub(super) pos: usize,
    pub(super) line_start: usize,
    /// Up to where this line was counted, and the continuation bytes found.
    counted: (usize, usize),
    pub(super) indent: i64,
    indents: Vec<i64>,
    pub(super) flow_level: usize,
    keys: Vec<SimpleKey>,
    pub(super) key_allowed: bool,
    queue: VecDeque<Token>,
    /// Tokens handed out.
    taken: u64,
    /// Decoded texts of the tokens in the queue.
    pub(super) scratch: String,
    pub(super) breaks: String,
    pub(super) tags: Vec<TagText>,
    /// Where comments go, if somebody wants them.
    pub(super) comments: Option<Vec<Span>>,
}

impl<'t> Scanner<'t> {
    /// Reads `text` from `start` to `end`.
    pub(super) fn new(text: &'t str, start: usize, end: usize) -> Self {
        let bytes = text.as_bytes().get(..end).unwrap_or_default();
        let document = bytes.get(start..).unwrap_or_default();
        let mut survey = chars::survey(document);
        survey.forbidden = survey.forbidden.map(|at| at + start);
        let start = start + if document.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
        // kubectl reads lines and ends each with a newline.
        let open_ended = bytes.last().is_some_and(|last| *last != b'\n');
        Scanner {
            text,
            bytes,
            limit: bytes.len() + usize::from(open_ended),
            survey,
            pos: start,
            line_start: start,
            counted: (start, 0),
            indent: -1,
            indents: Vec::new(),
            flow_level: 0,
            keys: vec![SimpleKey::default()],
            key_allowed: true,
            queue: VecDeque::with_capacity(16),
            taken: 0,
            scratch: String::new(),
            breaks: String::new(),
            tags: Vec::new(),
            comments: None,
        }
    }

    /// The byte at `i`; past the end a newline, if the last line lacks one, and then zeros.
    #[inline(always)]
    pub(super) fn at(&self, i: usize) -> u8 {
        match self.bytes.get(i) {
            Some(byte) => *byte,
            None => self.past_end(i),
        }
    }

    #[cold]
    fn past_end(&self, i: usize) -> u8 {
        if i < self.limit { b'\n' } else { 0 }
    }

    #[inline(always)]
    pub(super) fn is_at(&self, i: usize, class: u8) -> bool {
        chars::is(self.at(i), class)
    }

    /// The bytes from `i` to the end of the document.
    pub(super) fn rest(&self, i: usize) -> &'t [u8] {
        self.bytes.get(i..).unwrap_or_default()
    }

    /// A piece of the text; empty past its end.
    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end.min(self.bytes.len())).unwrap_or("")
    }

    /// Length of the line break at `i`, or 0.
    #[inline]
    pub(super) fn break_len(&self, i: usize) -> usize {
        match self.at(i) {
            b'\n' => 1,
            b'\r' if self.at(i + 1) == b'\n' => 2,
            // kubectl takes `\r\n` from every line and adds `\n` again, which swallows one more `\r`.
            b'\r' if self.at(i + 1) == b'\r' && self.bytes.get(i + 2) == Some(&b'\n') => 3,
            b'\r' => 1,
            0xc2 if self.at(i + 1) == 0x85 => 2,
            0xe2 if self.at(i + 1) == 0x80 && matches!(self.at(i + 2), 0xa8 | 0xa9) => 3,
            _ => 0,
        }
    }

    /// A blank, a line break or the end.
    #[inline]
    pub(super) fn is_blank_or_end(&self, i: usize) -> bool {
        let byte = self.at(i);
        chars::is(byte, BLANK) || (chars::is(byte, BREAK) && (byte == 0 || self.break_len(i) > 0))
    }

    /// A line break or the end.
    pub(super) fn is_line_end(&self, i: usize) -> bool {
        self.at(i) == 0 || self.break_len(i) > 0
    }

    /// Moves to the start of the next line, past the line break of this length.
    #[inline]
    pub(super) fn next_line(&mut self, break_len: usize) {
        self.pos += break_len;
        self.line_start = self.pos;
        self.counted = (self.pos, 0);
    }

    /// Characters between the start of the line and here.
    #[inline]
    pub(super) fn column(&mut self) -> i64 {
        if !self.survey.ascii && self.counted.0 < self.pos {
            let since = self.bytes.get(self.counted.0..self.pos).unwrap_or_default();
            self.counted.1 += since.iter().filter(|byte| **byte & 0xc0 == 0x80).count();
            self.counted.0 = self.pos;
        }
        (self.pos - self.line_start - self.counted.1) as i64
    }

    /// The `---` or `...` at the start of this line, if one is there.
    pub(super) fn document_marker(&self) -> Option<TokenKind> {
        if self.pos != self.line_start {
            return None;
        }
        let kind = match (self.at(self.pos), self.at(self.pos + 1), self.at(self.pos + 2)) {
            (b'-', b'-', b'-') => TokenKind::DocumentStart,
            (b'.', b'.', b'.') => TokenKind::DocumentEnd,
            _ => return None,
        };
        self.is_blank_or_end(self.pos + 3).then_some(kind)
    }

    /// The next token, which stays.
    #[inline]
    pub(super) fn peek(&mut self) -> Read<Token> {
        loop {
            if let Some(token) = self.queue.front().copied()
                && (token.key_level == 0 || !self.may_become_key(token.key_level)?)
            {
                return Ok(token);
            }
            self.fetch()?;
        }
    }

    /// Takes the token that was peeked.
    #[inline]
    pub(super) fn skip(&mut self) {
        self.queue.pop_front();
        self.taken += 1;
    }

    /// Forgets decoded texts; for the parser, when it has used what it took.
    #[inline]
    pub(super) fn forget_texts(&mut self) {
        if self.queue.is_empty() {
            self.scratch.clear();
            self.tags.clear();
        }
    }

    fn may_become_key(&mut self, key_level: u32) -> Read<bool> {
        let level = key_level as usize - 1;
        match self.keys.get(level) {
            Some(key) if key.awaited && key.token == self.taken => self.key_in_reach(level),
            _ => Ok(false),
        }
    }

    /// Whether a `:` here could still belong to the key of this level.
    fn key_in_reach(&mut self, level: usize) -> Read<bool> {
        let column = self.column();
        let line = self.line_start;
        let Some(key) = self.keys.get_mut(level) else { return Ok(false) };
        if !key.possible {
            return Ok(false);
        }
        if key.line == line && column - key.column <= KEY_REACH {
            return Ok(true);
        }
        if key.required {
            return fail(key.start, "a key without its `:`");
        }
        key.possible = false;
        Ok(false)
    }

    /// Notes that the token that follows may be a key. Gives what belongs in its `key_level`.
    pub(super) fn save_key(&mut self) -> Read<u32> {
        if !self.key_allowed {
            return Ok(0);
        }
        let column = self.column();
        let key = SimpleKey {
            possible: true,
            required: self.flow_level == 0 && self.indent == column,
            awaited: true,
            token: self.taken + self.queue.len() as u64,
            line: self.line_start,
            start: self.pos,
            column,
        };
        self.drop_key()?;
        let level = self.keys.len() as u32;
        if let Some(last) = self.keys.last_mut() {
            *last = key;
        }
        Ok(level)
    }

    /// Gives up the key of this level.
    pub(super) fn drop_key(&mut self) -> Read<()> {
        if let Some(key) = self.keys.last_mut()
            && key.possible
        {
            if key.required {
                return fail(key.start, "a key without its `:`");
            }
            key.possible = false;
            key.awaited = false;
        }
        Ok(())
    }

    pub(super) fn push(&mut self, token: Token) {
        self.queue.push_back(token);
    }

    /// Puts a token before the one with this number; behind all others when that one is gone already.
    fn insert(&mut self, number: u64, token: Token) {
        match number.checked_sub(self.taken) {
            Some(place) if (place as usize) < self.queue.len() => self.queue.insert(place as usize, token),
            _ => self.queue.push_back(token),
        }
    }

    /// Opens a block map or list when the column is beyond the one around it.
    fn roll(&mut self, column: i64, before: Option<u64>, kind: TokenKind, at: usize) -> Read<()> {
        if self.flow_level > 0 || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > DEEPEST {
            return fail(at, "nested too deep");
        }
        let token = Token::new(kind, at, at);
        match before {
            Some(number) => self.insert(number, token),
            None => self.push(token),
        }
        Ok(())
    }

    /// Closes the block maps and lists that lie beyond this column.
    #[inline]
    fn unroll(&mut self, column: i64) {
        if self.flow_level > 0 {
            return;
        }
        while self.indent > column {
            self.push(Token::new(TokenKind::BlockEnd, self.pos, self.pos));
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Adds at least one token to the queue.
    fn fetch(&mut self) -> Read<()> {
        self.skip_to_token();
        if self.flow_level == 0 {
            let column = self.column();
            self.unroll(column);
        }
        let pos = self.pos;
        let byte = self.at(pos);
        if pos == self.line_start {
            if byte == b'%' {
                self.leave_all()?;
                return self.directive();
            }
            if let Some(kind) = self.document_marker() {
                self.leave_all()?;
                self.pos += 3;
                self.push(Token::new(kind, pos, pos + 3));
                return Ok(());
            }
        }
        match byte {
            0 if pos < self.limit => fail(pos, "a zero byte"),
            0 => self.stream_end(),
            b'[' => self.open_flow(TokenKind::FlowSeqStart),
            b'{' => self.open_flow(TokenKind::FlowMapStart),
            b']' => self.close_flow(TokenKind::FlowSeqEnd),
            b'}' => self.close_flow(TokenKind::FlowMapEnd),
            b',' => self.flow_entry(),
            b'-' if self.is_blank_or_end(pos + 1) => self.block_entry(),
            b'?' if self.flow_level > 0 || self.is_blank_or_end(pos + 1) => self.key(),
            b':' if self.flow_level > 0 || self.is_blank_or_end(pos + 1) => self.value(),
            b'*' => self.anchor(TokenKind::Alias),
            b'&' => self.anchor(TokenKind::Anchor),
            b'!' => self.tag(),
            b'|' if self.flow_level == 0 => self.block_scalar(true),
            b'>' if self.flow_level == 0 => self.block_scalar(false),
            b'\'' => self.single_quoted(),
            b'"' => self.double_quoted(),
            b'\t' if self.flow_level == 0 => fail(pos, "a tab where only spaces may indent"),
            b'\t' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => self.no_token(),
            _ => self.plain(),
        }
    }

    #[cold]
    fn no_token(&self) -> Read<()> {
        let found = self.slice(self.pos, self.pos + 1);
        fail(self.pos, format!("nothing can begin with {found:?} here: quote it").replace('"', "`"))
    }

    /// Blanks, comments and line breaks.
    #[inline]
    fn skip_to_token(&mut self) {
        loop {
            // A tab may separate, but not indent.
            let tabs = self.flow_level > 0 || !self.key_allowed;
            while self.at(self.pos) == b' ' || (tabs && self.at(self.pos) == b'\t') {
                self.pos += 1;
            }
            if self.at(self.pos) == b'#' {
                self.skip_comment();
            }
            let len = if self.is_at(self.pos, BREAK) { self.break_len(self.pos) } else { 0 };
            if len == 0 {
                return;
            }
            self.next_line(len);
            if self.flow_level == 0 {
                self.key_allowed = true;
            }
        }
    }

    /// Moves from `#` to the end of the line.
    pub(super) fn skip_comment(&mut self) {
        let start = self.pos;
        self.pos = self.line_end(start);
        if let Some(comments) = &mut self.comments {
            comments.push(Span { start: start as u32, end: self.pos as u32 });
        }
    }

    /// The end of the line, before its line break.
    pub(super) fn line_end(&self, mut i: usize) -> usize {
        if self.survey.only_newlines {
            let rest = self.rest(i);
            return i + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        }
        while !self.is_line_end(i) {
            i += 1;
        }
        i
    }

    /// Before what can only stand between documents.
    fn leave_all(&mut self) -> Read<()> {
        self.unroll(-1);
        self.drop_key()?;
        self.key_allowed = false;
        Ok(())
    }

    fn stream_end(&mut self) -> Read<()> {
        self.leave_all()?;
        self.push(Token::new(TokenKind::StreamEnd, self.pos, self.pos));
        Ok(())
    }

    fn open_flow(&mut self, kind: TokenKind) -> Read<()> {
        let key_level = self.save_key()?;
        self.keys.push(SimpleKey { token: self.taken + self.queue.len() as u64, ..SimpleKey::default() });
        self.flow_level += 1;
        if self.flow_level > DEEPEST {
            return fail(self.pos, "nested too deep");
        }
        self.key_allowed = true;
        self.push(Token { key_level, ..Token::new(kind, self.pos, self.pos + 1) });
        self.pos += 1;
        Ok(())
    }

    fn close_flow(&mut self, kind: TokenKind) -> Read<()> {
        self.drop_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            // An empty `[]` or `{}` loses the wait for its own `:`, as in Go's reader, which keeps both under one number.
            if let Some(inner) = self.keys.pop()
                && let Some(around) = self.keys.last_mut()
                && around.token == inner.token
            {
                around.awaited = false;
            }
        }
        self.key_allowed = false;
        self.indicator(kind);
        Ok(())
    }

    /// Takes a token of one byte.
    fn indicator(&mut self, kind: TokenKind) {
        self.push(Token::new(kind, self.pos, self.pos + 1));
        self.pos += 1;
    }

    fn flow_entry(&mut self) -> Read<()> {
        self.drop_key()?;
        self.key_allowed = true;
        self.indicator(TokenKind::FlowEntry);
        Ok(())
    }

    fn block_entry(&mut self) -> Read<()> {
        if self.flow_level == 0 {
            if !self.key_allowed {
                return fail(self.pos, "a list cannot begin here: put `-` on a line of its own");
            }
            let column = self.column();
            self.roll(column, None, TokenKind::BlockSeqStart, self.pos)?;
        }
        self.drop_key()?;
        self.key_allowed = true;
        self.indicator(TokenKind::BlockEntry);
        Ok(())
    }

    fn key(&mut self) -> Read<()> {
        if self.flow_level == 0 {
            if !self.key_allowed {
                return fail(self.pos, "a key cannot begin here");
            }
            let column = self.column();
            self.roll(column, None, TokenKind::BlockMapStart, self.pos)?;
        }
        self.drop_key()?;
        self.key_allowed = self.flow_level == 0;
        self.indicator(TokenKind::Key);
        Ok(())
    }

    fn value(&mut self) -> Read<()> {
        let level = self.keys.len().saturating_sub(1);
        if self.key_in_reach(level)? {
            let key = self.keys.get(level).copied().unwrap_or_default();
            self.insert(key.token, Token::new(TokenKind::Key, key.start, key.start));
            self.roll(key.column, Some(key.token), TokenKind::BlockMapStart, key.start)?;
            if let Some(key) = self.keys.get_mut(level) {
                key.possible = false;
                key.awaited = false;
            }
            self.key_allowed = false;
        } else {
            if self.flow_level == 0 {
                if !self.key_allowed {
                    return fail(self.pos, "a map cannot begin here: quote a text that holds `: `");
                }
                let column = self.column();
                self.roll(column, None, TokenKind::BlockMapStart, self.pos)?;
            }
            self.key_allowed = self.flow_level == 0;
        }
        self.indicator(TokenKind::Value);
        Ok(())
    }
}
