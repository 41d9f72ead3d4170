//! Strings with escapes. Those that hold JSON or code have one every few bytes, so this is a hot path.

use crate::json::scan::plain_in;

/// Why a string was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadString {
    Control,
    Escape,
    Ends,
}

/// What the byte after a backslash stands for; 0 where there is more to it.
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which checks it")]
const SIMPLE: [u8; 256] = {
    let mut table = [0; 256];
    let pairs = [
        (b'"', b'"'),
        (b'\\', b'\\'),
        (b'/', b'/'),
        (b'b', 8),
        (b'f', 12),
        (b'n', b'\n'),
        (b'r', b'\r'),
        (b't', b'\t'),
    ];
    let mut pair = 0;
    while pair < pairs.len() {
        let (escape, byte) = pairs[pair];
        table[escape as usize] = byte;
        pair += 1;
    }
    table
};

/// Reads a string whose content begins at `from` and is plain up to `at`. Puts the content in `out` and gives the
/// offset behind the closing quote.
pub(super) fn unescape(
    bytes: &[u8],
    from: usize,
    at: usize,
    out: &mut Vec<u8>,
) -> Result<usize, (usize, BadString)> {
    out.clear();
    out.extend_from_slice(bytes.get(from..at).unwrap_or(&[]));
    let mut at = at;
    loop {
        match bytes.get(at) {
            Some(b'\\') => {
                let simple = bytes.get(at + 1).and_then(|byte| SIMPLE.get(usize::from(*byte))).copied();
                match simple {
                    Some(0) | None => at = unicode(bytes, at, out).ok_or((at, BadString::Escape))?,
                    Some(byte) => {
                        out.push(byte);
                        at += 2;
                    }
                }
            }
            Some(b'"') => return Ok(at + 1),
            Some(0..=0x1f) => return Err((at, BadString::Control)),
            Some(byte) => {
                out.push(*byte);
                at += 1;
            }
            None => return Err((at, BadString::Ends)),
        }
        // Eight bytes are copied at a time; what is too much is taken back.
        while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            let plain = plain_in(*chunk);
            out.extend_from_slice(chunk);
            at += plain;
            if plain < chunk.len() {
                out.truncate(out.len() + plain - chunk.len());
                break;
            }
        }
    }
}

/// Reads a `\u` escape, with the one after it when the two are a pair of surrogates; a lone half is U+FFFD.
fn unicode(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> Option<usize> {
    let first = hex(bytes, at)?;
    let mut end = at + 6;
    let mut code = first;
    if let 0xd800..=0xdbff = first
        && let Some(second @ 0xdc00..=0xdfff) = hex(bytes, end)
    {
        end += 6;
        code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    }
    let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    Some(end)
}

/// The code of the `\uXXXX` at an offset.
fn hex(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |code, digit| Some(code << 4 | char::from(*digit).to_digit(16)?))
}
