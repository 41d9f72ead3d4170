//! From bytes to a text.

use seawall_core::{Position, Problem, ProblemSeverity};

use crate::text::Text;

/// Problems about single bytes that are listed one by one; the rest are counted.
const LISTED: usize = 10;

impl Text {
    /// Takes the bytes of a file. UTF-8 stays as it is; UTF-16 with a byte order mark is decoded; in anything
    /// else each byte that is not UTF-8 becomes `?`, so that offsets stay true, and each line with one is a problem.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> (Text, Vec<Problem>) {
        let bytes = bytes.into();
        match bytes.as_slice() {
            [0xff, 0xfe, rest @ ..] => return from_utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => return from_utf16(rest, u16::from_be_bytes),
            _ => {}
        }
        match String::from_utf8(bytes) {
            Ok(text) => (Text::new(text), Vec::new()),
            Err(error) => replace_invalid(error.into_bytes()),
        }
    }
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> (Text, Vec<Problem>) {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut broken = !rest.is_empty();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: String = char::decode_utf16(units)
        .map(|decoded| {
            decoded.unwrap_or_else(|_| {
                broken = true;
                char::REPLACEMENT_CHARACTER
            })
        })
        .collect();
    let mut problems = Vec::new();
    if broken {
        problems.push(Problem::new(ProblemSeverity::Error, "the text is not valid UTF-16"));
    }
    (Text::new(text), problems)
}

fn replace_invalid(mut bytes: Vec<u8>) -> (Text, Vec<Problem>) {
    let mut invalid = Vec::new();
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        at += chunk.valid().len();
        invalid.extend(at..at + chunk.invalid().len());
        at += chunk.invalid().len();
    }
    for at in &invalid {
        if let Some(byte) = bytes.get_mut(*at) {
            *byte = b'?';
        }
    }
    let text = Text::new(String::from_utf8(bytes).unwrap_or_default());
    let mut positions: Vec<Position> = Vec::new();
    let mut lines = 0;
    let mut seen = 0;
    for at in invalid {
        let newline = memchr::memrchr(b'\n', text.as_str().as_bytes().get(seen..at).unwrap_or_default());
        if lines == 0 || newline.is_some() {
            lines += 1;
            if positions.len() < LISTED {
                positions.push(text.position(u32::try_from(at).unwrap_or(u32::MAX)));
            }
        }
        seen = at;
    }
    let mut problems: Vec<Problem> = positions
        .into_iter()
        .map(|at| Problem::new(ProblemSeverity::Error, "a byte that is not UTF-8, read as `?`").at(at))
        .collect();
    if lines > LISTED {
        let more = format!("{} more lines with bytes that are not UTF-8", lines - LISTED);
        problems.push(Problem::new(ProblemSeverity::Error, more));
    }
    (text, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_utf8_and_utf16() {
        assert_eq!(Text::from_bytes("ü: x\n").0.as_str(), "ü: x\n");
        let little: Vec<u8> = "\u{feff}a: 😀".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}a: 😀".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [little, big] {
            let (text, problems) = Text::from_bytes(bytes);
            assert_eq!((text.as_str(), problems.len()), ("a: 😀", 0));
        }
        assert_eq!(Text::from_bytes(vec![0xff, 0xfe, b'a']).1.len(), 1);
        assert_eq!(Text::from_bytes(vec![0xff, 0xfe, 0, 0xd8]).1.len(), 1);
    }

    #[test]
    fn replaces_what_is_not_utf8_and_says_where() {
        let (text, problems) = Text::from_bytes(b"a: \xff\xfe\nb: \xc3\nc: d\n".to_vec());
        assert_eq!(text.as_str(), "a: ??\nb: ?\nc: d\n");
        let positions: Vec<_> = problems.iter().filter_map(|problem| problem.position).collect();
        assert_eq!(positions, [Position { line: 1, column: 4 }, Position { line: 2, column: 4 }]);
        let (_, problems) = Text::from_bytes(b"\xff\n".repeat(13));
        assert_eq!(problems.len(), 11);
        assert_eq!(problems[10].message, "3 more lines with bytes that are not UTF-8");
    }
}
