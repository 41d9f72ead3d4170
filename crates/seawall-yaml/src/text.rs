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
    /// How many characters begin before every [`STRIDE`]th byte; only built for texts with long lines.
    characters: OnceLock<Vec<u32>>,
}

/// Bytes between two counts of characters: a column costs at most this many bytes to find, however long its line.
const STRIDE: usize = 1024;

/// How many characters begin in these bytes.
fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
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
        Text(Arc::new(Inner { content, line_starts: OnceLock::new(), characters: OnceLock::new() }))
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

    fn bytes(&self, start: usize, end: usize) -> &[u8] {
        self.0.content.as_bytes().get(start..end).unwrap_or_default()
    }

    fn characters_before(&self, offset: usize) -> usize {
        let counts = self.0.characters.get_or_init(|| {
            let mut before = 0;
            let blocks = self.0.content.as_bytes().chunks(STRIDE);
            let ends = blocks.map(|block| {
                before += count_characters(block);
                u32::try_from(before).unwrap_or(u32::MAX)
            });
            std::iter::once(0).chain(ends).collect()
        });
        let block = offset / STRIDE;
        let counted = counts.get(block).copied().unwrap_or(0) as usize;
        counted + count_characters(self.bytes(block * STRIDE, offset))
    }

    /// The line and column of a byte offset; an offset past the end is the end.
    pub fn position(&self, offset: u32) -> Position {
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0);
        let (start, end) = (start as usize, offset.min(self.len()) as usize);
        let column = if end - start < STRIDE {
            count_characters(self.bytes(start, end)) + 1
        } else {
            self.characters_before(end) - self.characters_before(start) + 1
        };
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

    #[test]
    fn columns_of_long_lines_count_characters() {
        for piece in ["x", "ü", "aü€😀"] {
            let content = format!("é: 1\n{}\n{}", piece.repeat(1500), piece.repeat(3000));
            let text = Text::new(content.as_str());
            let (mut line, mut column) = (1, 1);
            for (at, character) in content.char_indices() {
                assert_eq!(text.position(at as u32), Position { line, column }, "{piece} at {at}");
                (line, column) = if character == '\n' { (line + 1, 1) } else { (line, column + 1) };
            }
            assert_eq!(text.position(u32::MAX), Position { line, column });
        }
    }

    #[test]
    fn many_positions_on_one_long_line_end() {
        for piece in ["{},", "é,"] {
            let text = Text::new(piece.repeat((4 << 20) / piece.len()));
            let last = (0..text.len()).step_by(64).map(|at| text.position(at).column).max();
            assert!(last > Some(1 << 20));
        }
    }
}
