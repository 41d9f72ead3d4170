//! A shared text and the way from byte offsets to lines.

use std::sync::{Arc, OnceLock};

use seawall_core::Position;

/// Byte offsets into a [`Text`], end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span as a range of `usize`.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

#[derive(Debug)]
struct Inner {
    content: Box<str>,
    line_starts: OnceLock<Vec<u32>>,
}

/// The text of a file: cheap to clone, shared by all trees read from it.
#[derive(Clone, Debug)]
pub struct Text(Arc<Inner>);

impl Text {
    /// The greatest length of a text in bytes; offsets are 32 bits wide.
    pub const MAX: usize = u32::MAX as usize;

    /// Takes a text; a text longer than [`Text::MAX`] is cut there on a character boundary.
    pub fn new(content: impl Into<Box<str>>) -> Self {
        let mut content: Box<str> = content.into();
        if content.len() > Self::MAX {
            let mut cut = content.into_string();
            cut.truncate(cut.floor_char_boundary(Self::MAX));
            content = cut.into_boxed_str();
        }
        Text(Arc::new(Inner { content, line_starts: OnceLock::new() }))
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0.content
    }

    /// The text of a span; empty when the span does not fit.
    pub fn slice(&self, span: Span) -> &str {
        self.0.content.get(span.range()).unwrap_or("")
    }

    fn line_starts(&self) -> &[u32] {
        self.0.line_starts.get_or_init(|| {
            let newlines = memchr::memchr_iter(b'\n', self.0.content.as_bytes());
            std::iter::once(0).chain(newlines.map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX))).collect()
        })
    }

    /// The line and column of a byte offset; an offset past the end is the end.
    pub fn position(&self, offset: u32) -> Position {
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0);
        let before = self.slice(Span { start, end: offset.min(self.len()) });
        let column = before.chars().count() + 1;
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }

    /// Length in bytes.
    pub fn len(&self) -> u32 {
        u32::try_from(self.0.content.len()).unwrap_or(u32::MAX)
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.content.is_empty()
    }

    /// Whether both are the same shared buffer.
    pub fn same(&self, other: &Text) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The length of the key that a text begins with, as it is written there (with its quotes); `key` is what it says.
pub(crate) fn key_len(text: &str, key: &str) -> usize {
    let bytes = text.as_bytes();
    // A plain key nearly always says what it is. A longer word or number may say the same in another form.
    let ends = |byte: Option<&u8>| {
        matches!(byte, None | Some(b' ' | b'\t' | b'\r' | b'\n' | b':' | b',' | b'}' | b']'))
    };
    if !key.is_empty()
        && !matches!(bytes.first(), Some(b'"' | b'\''))
        && text.starts_with(key)
        && ends(bytes.get(key.len()))
    {
        return key.len();
    }
    match bytes.first() {
        Some(b'"') => {
            let mut escaped = false;
            let close = bytes.iter().skip(1).position(|b| {
                let end = *b == b'"' && !escaped;
                escaped = *b == b'\\' && !escaped;
                end
            });
            close.map_or(bytes.len(), |at| at + 2)
        }
        Some(b'\'') => {
            let mut at = 1;
            while let Some(close) = bytes.get(at..).and_then(|tail| memchr::memchr(b'\'', tail)) {
                at += close + 1;
                if bytes.get(at) != Some(&b'\'') {
                    return at;
                }
                at += 1;
            }
            bytes.len()
        }
        _ => {
            let ends_at = |at: usize| {
                matches!(
                    bytes.get(at + 1),
                    None | Some(b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[' | b']' | b'{' | b'}')
                )
            };
            let colon = memchr::memchr_iter(b':', bytes).find(|at| ends_at(*at)).unwrap_or(bytes.len());
            let line = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
            text.get(..colon.min(line)).unwrap_or("").trim_end().len()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters() {
        let text = Text::new("a: ü\r\nb: x\n");
        assert_eq!(text.position(0), Position { line: 1, column: 1 });
        assert_eq!(text.position(5), Position { line: 1, column: 5 });
        assert_eq!(text.position(7), Position { line: 2, column: 1 });
        assert_eq!(text.position(99), Position { line: 3, column: 1 });
    }
}
