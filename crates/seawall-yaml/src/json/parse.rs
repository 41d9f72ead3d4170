//! The parser: from bytes to calls of a [`TreeBuilder`].

use crate::json::number::{BadNumber, Number, number};
use crate::json::scan::plain_len;
use crate::json::unescape::{BadString, unescape};
use crate::text::Span;
use crate::tree::{Kind, NodeId, Style};
use crate::{Limits, TreeBuilder};

/// Why a value could not be read; offsets are into the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) what: FaultKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// Another character than this was wanted.
    Expected(&'static str),
    /// The text ends inside the value.
    Ends,
    Control,
    Escape,
    Range(String),
    Deep(u32),
    Nodes(u32),
}

/// A key that was there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Duplicate {
    pub(super) at: usize,
    pub(super) key: String,
}

/// How strings get into the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strings {
    /// As spans of the text that the tree keeps.
    InText,
    /// As copies.
    Copied,
}

/// Duplicates told for one value; hostile input could hold millions.
const MOST_DUPLICATES: usize = 64;

/// What comes next.
enum Next {
    Value,
    Key,
    /// A comma, the end of what is open, or of all.
    After,
}

/// A string: where its content stands in the text, or in the scratch buffer.
enum Content {
    Plain(usize, usize),
    Unescaped,
}

pub(super) struct Parser<'a> {
    /// The text up to where reading may go.
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) strings: Strings,
    pub(super) limits: &'a Limits,
    pub(super) builder: &'a mut TreeBuilder,
    pub(super) scratch: &'a mut Vec<u8>,
    /// What is open: whether each is a map. Longer than the builder's own stack inside a value that is left out.
    pub(super) open: &'a mut Vec<bool>,
    /// How much was open where a value began that is left out.
    pub(super) muted: Option<usize>,
    /// Whether the values of Secrets become `null`.
    pub(super) withhold: bool,
    pub(super) duplicates: Vec<Duplicate>,
}

impl Parser<'_> {
    /// Reads one value; `at` is behind it afterwards.
    pub(super) fn value(&mut self) -> Result<(), Fault> {
        let mut next = Next::Value;
        loop {
            next = match next {
                Next::Value => self.begin()?,
                Next::Key => self.key()?,
                Next::After => match self.after()? {
                    Some(next) => next,
                    None => return Ok(()),
                },
            };
        }
    }

    pub(super) fn skip_space(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn fault<T>(&self, at: usize, what: FaultKind) -> Result<T, Fault> {
        let what = if at >= self.text.len() { FaultKind::Ends } else { what };
        Err(Fault { at, what })
    }

    fn span(&self, start: usize) -> Span {
        match self.strings {
            Strings::InText => Span { start: offset(start), end: offset(self.at) },
            Strings::Copied => Span::default(),
        }
    }

    #[inline]
    fn begin(&mut self) -> Result<Next, Fault> {
        self.skip_space();
        let start = self.at;
        if self.builder.len() >= self.limits.nodes as usize {
            return Err(Fault { at: start, what: FaultKind::Nodes(self.limits.nodes) });
        }
        match self.peek() {
            Some(b'"') => self.string_value(start)?,
            Some(b'{') => return self.open(start, Kind::Map),
            Some(b'[') => return self.open(start, Kind::Seq),
            Some(b'-' | b'0'..=b'9') => self.number_value(start)?,
            Some(b't') => self.word(start, "true", |builder, span| builder.bool(true, span))?,
            Some(b'f') => self.word(start, "false", |builder, span| builder.bool(false, span))?,
            Some(b'n') => self.word(start, "null", |builder, span| builder.null(Style::Plain, span))?,
            _ => return self.fault(start, FaultKind::Expected("a value")),
        }
        Ok(Next::After)
    }

    fn open(&mut self, start: usize, kind: Kind) -> Result<Next, Fault> {
        if self.open.len() >= self.limits.depth as usize {
            return Err(Fault { at: start, what: FaultKind::Deep(self.limits.depth) });
        }
        let map = kind == Kind::Map;
        self.open.push(map);
        if self.muted.is_none() {
            let start = if self.strings == Strings::InText { offset(start) } else { 0 };
            self.builder.open(kind, Style::Flow, start);
        }
        self.at = start + 1;
        self.skip_space();
        match (self.peek(), map) {
            (Some(b'}'), true) | (Some(b']'), false) => self.close(),
            (_, true) => return Ok(Next::Key),
            (_, false) => return Ok(Next::Value),
        }
        Ok(Next::After)
    }

    fn close(&mut self) {
        self.at += 1;
        self.open.pop();
        if self.muted.is_none() {
            let end = if self.strings == Strings::InText { offset(self.at) } else { 0 };
            self.builder.close(end);
        }
    }

    #[inline]
    fn after(&mut self) -> Result<Option<Next>, Fault> {
        loop {
            if self.muted == Some(self.open.len()) {
                self.muted = None;
            }
            let Some(map) = self.open.last().copied() else { return Ok(None) };
            self.skip_space();
            match (self.peek(), map) {
                (Some(b','), true) => {
                    self.at += 1;
                    self.skip_space();
                    return Ok(Some(Next::Key));
                }
                (Some(b','), false) => {
                    self.at += 1;
                    return Ok(Some(Next::Value));
                }
                (Some(b'}'), true) | (Some(b']'), false) => self.close(),
                (_, true) => return self.fault(self.at, FaultKind::Expected("`,` or `}`")),
                (_, false) => return self.fault(self.at, FaultKind::Expected("`,` or `]`")),
            }
        }
    }

    #[inline]
    fn key(&mut self) -> Result<Next, Fault> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            return self.fault(start, FaultKind::Expected("a key in double quotes"));
        }
        let content = self.string(start)?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return self.fault(self.at, FaultKind::Expected("`:`"));
        }
        self.at += 1;
        if self.muted.is_some() {
            return Ok(Next::Value);
        }
        let key = match content {
            Content::Plain(from, to) => self.text.get(from..to).unwrap_or(""),
            Content::Unescaped => unescaped(self.scratch),
        };
        if self.builder.drops(key) {
            self.muted = Some(self.open.len());
            return Ok(Next::Value);
        }
        let written = (self.strings == Strings::InText).then_some(offset(start));
        if self.builder.key(key, written).is_some() && self.duplicates.len() < MOST_DUPLICATES {
            self.duplicates.push(Duplicate { at: start, key: key.to_owned() });
        }
        if self.withhold && self.builder.names_secret(key, self.value_opens()) {
            self.builder.null(Style::Plain, Span::default());
            self.muted = Some(self.open.len());
        }
        Ok(Next::Value)
    }

    /// Whether the value that comes next is a map.
    fn value_opens(&self) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or(&[]);
        rest.trim_ascii_start().first() == Some(&b'{')
    }

    #[inline]
    fn string_value(&mut self, start: usize) -> Result<(), Fault> {
        let content = self.string(start)?;
        if self.muted.is_some() {
            return Ok(());
        }
        let span = self.span(start);
        match (content, self.strings) {
            (Content::Plain(from, to), Strings::InText) => {
                let content = Span { start: offset(from), end: offset(to) };
                self.builder.str_in_text(content, Style::DoubleQuoted, span);
            }
            (Content::Plain(from, to), Strings::Copied) => {
                let text = self.text.get(from..to).unwrap_or("");
                self.builder.str(text, Style::DoubleQuoted, span);
            }
            (Content::Unescaped, _) => {
                self.builder.str(unescaped(self.scratch), Style::DoubleQuoted, span);
            }
        }
        Ok(())
    }

    /// Reads the string whose opening quote is at `start`.
    #[inline]
    fn string(&mut self, start: usize) -> Result<Content, Fault> {
        let from = start + 1;
        let Some(len) = self.text.as_bytes().get(from..).and_then(plain_len) else {
            return self.fault(self.text.len(), FaultKind::Ends);
        };
        self.at = from + len;
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(Content::Plain(from, from + len));
        }
        match unescape(self.text.as_bytes(), from, self.at, self.scratch) {
            Ok(end) => self.at = end,
            Err((at, BadString::Control)) => return self.fault(at, FaultKind::Control),
            Err((at, BadString::Escape)) => return self.fault(at, FaultKind::Escape),
            Err((at, BadString::Ends)) => return self.fault(at, FaultKind::Ends),
        }
        Ok(Content::Unescaped)
    }

    #[inline]
    fn number_value(&mut self, start: usize) -> Result<(), Fault> {
        let text = self.text.get(start..).unwrap_or("");
        let (value, len) = match number(text) {
            Ok(read) => read,
            Err(BadNumber::Syntax(len)) => return self.fault(start + len, FaultKind::Expected("a digit")),
            Err(BadNumber::Range(len)) => {
                let shown = text.get(..len).unwrap_or("").chars().take(40).collect();
                return Err(Fault { at: start, what: FaultKind::Range(shown) });
            }
        };
        self.at = start + len;
        if self.muted.is_some() {
            return Ok(());
        }
        let span = self.span(start);
        match value {
            Number::Int(int) => self.builder.int(int, span),
            Number::UInt(uint) => self.builder.uint(uint, span),
            Number::Float(float) => self.builder.float(float, span),
        };
        Ok(())
    }

    fn word(
        &mut self,
        start: usize,
        word: &'static str,
        build: impl FnOnce(&mut TreeBuilder, Span) -> NodeId,
    ) -> Result<(), Fault> {
        let written = self.text.as_bytes().get(start..).unwrap_or(&[]);
        let same = written.iter().zip(word.as_bytes()).take_while(|(a, b)| a == b).count();
        if same < word.len() {
            return self.fault(start + same, FaultKind::Expected("`true`, `false` or `null`"));
        }
        self.at = start + word.len();
        if self.muted.is_none() {
            let span = self.span(start);
            build(self.builder, span);
        }
        Ok(())
    }
}

/// Pieces of a text cut at ASCII bytes, so always UTF-8.
fn unescaped(scratch: &[u8]) -> &str {
    std::str::from_utf8(scratch).unwrap_or("")
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
