//! What the scanner hands to the parser.

use crate::tree::Style;

/// What is wrong, and where.
#[derive(Debug)]
pub(crate) struct Fail {
    /// Byte offset in the text.
    pub(crate) at: usize,
    /// Lower case, no full stop.
    pub(crate) what: std::borrow::Cow<'static, str>,
    /// The document is fine, but must be read without leaving anything out.
    pub(crate) keep_everything: bool,
}

/// Boxed: failing is rare, and every step of the reader gives one of these back.
pub(super) type Read<T> = Result<T, Box<Fail>>;

pub(super) fn fail<T>(at: usize, what: impl Into<std::borrow::Cow<'static, str>>) -> Read<T> {
    Err(Box::new(Fail { at, what: what.into(), keep_everything: false }))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    StreamEnd,
    VersionDirective,
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockSeqStart,
    BlockMapStart,
    BlockEnd,
    FlowSeqStart,
    FlowSeqEnd,
    FlowMapStart,
    FlowMapEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar,
}

/// Where the decoded text of a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the text as it is.
    Text,
    /// In the scanner's scratch buffer.
    Scratch,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// Of scalars.
    pub(super) style: Style,
    pub(super) place: Place,
    /// One more than the flow level at which this token may be, or begin, a key without `?`; 0 when it cannot.
    pub(super) key_level: u32,
    /// Bytes of the text.
    pub(super) start: u32,
    pub(super) end: u32,
    /// The decoded text: start and end in its place. Tags: their number in the scanner's list, twice.
    pub(super) value: (u32, u32),
}

impl Token {
    pub(super) fn new(kind: TokenKind, start: usize, end: usize) -> Self {
        let (start, end) = (start as u32, end as u32);
        Token { kind, style: Style::Plain, place: Place::Text, key_level: 0, start, end, value: (start, end) }
    }
}
