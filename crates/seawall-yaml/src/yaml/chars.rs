//! Classes of bytes, and the one pass over a document that finds what YAML does not allow in it.

/// Ends a run of a plain scalar in block context, or might.
pub(super) const PLAIN_STOP: u8 = 1;
/// Ends a run of a plain scalar in flow context, or might.
pub(super) const FLOW_STOP: u8 = 2;
/// A letter, digit, `_` or `-`: anchors, handles and directive names are made of them.
pub(super) const WORD: u8 = 4;
/// May stand in a tag.
pub(super) const TAG: u8 = 8;
/// A space or a tab.
pub(super) const BLANK: u8 = 16;
/// Ends a run of a quoted scalar, or might.
pub(super) const QUOTED_STOP: u8 = 32;
/// A line break, or might be the first byte of one; also the zero byte that stands for the end.
pub(super) const BREAK: u8 = 64;

const fn class_of(byte: u8) -> u8 {
    let mut class = 0;
    // 0xc2 and 0xe2 begin the three line breaks outside ASCII.
    if matches!(byte, b'\n' | b'\r' | 0 | 0xc2 | 0xe2) {
        class |= BREAK | PLAIN_STOP | FLOW_STOP | QUOTED_STOP;
    }
    if matches!(byte, b' ' | b'\t') {
        class |= BLANK | PLAIN_STOP | FLOW_STOP | QUOTED_STOP;
    }
    if byte == b':' {
        class |= PLAIN_STOP | FLOW_STOP;
    }
    if matches!(byte, b',' | b'?' | b'[' | b']' | b'{' | b'}') {
        class |= FLOW_STOP;
    }
    if matches!(byte, b'\'' | b'"' | b'\\') {
        class |= QUOTED_STOP;
    }
    if matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'-') {
        class |= WORD | TAG;
    }
    if matches!(
        byte,
        b';' | b'/'
            | b'?'
            | b':'
            | b'@'
            | b'&'
            | b'='
            | b'+'
            | b'$'
            | b','
            | b'.'
            | b'!'
            | b'~'
            | b'*'
            | b'\''
            | b'('
            | b')'
            | b'['
            | b']'
            | b'%'
    ) {
        class |= TAG;
    }
    class
}

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = class_of(byte as u8);
        byte += 1;
    }
    table
}

static CLASSES: [u8; 256] = classes();

#[inline(always)]
pub(super) fn is(byte: u8, class: u8) -> bool {
    // A table of 256 covers every byte: the compiler drops the bounds check.
    CLASSES.get(usize::from(byte)).is_some_and(|found| found & class != 0)
}

/// What one pass over the bytes of a document says about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Survey {
    /// The first character that YAML does not allow.
    pub(super) forbidden: Option<usize>,
    /// No line break but `\n`.
    pub(super) only_newlines: bool,
    /// No byte above 0x7f.
    pub(super) ascii: bool,
}

/// Looks at the bytes of a document, which are valid UTF-8.
pub(super) fn survey(bytes: &[u8]) -> Survey {
    const STEP: usize = 64;
    let mut survey = Survey { forbidden: None, only_newlines: true, ascii: true };
    for (index, chunk) in bytes.chunks(STEP).enumerate() {
        let mut odd = false;
        for byte in chunk {
            odd |= (*byte >= 0x7f) | ((*byte < 0x20) & (*byte != b'\n') & (*byte != b'\t'));
        }
        if odd {
            look_closely(bytes, index * STEP, chunk.len(), &mut survey);
        }
    }
    survey
}

fn look_closely(bytes: &[u8], start: usize, len: usize, survey: &mut Survey) {
    let at = |i: usize| bytes.get(i).copied().unwrap_or(0);
    for i in start..start + len {
        let forbidden = match at(i) {
            b'\n' | b'\t' | 0x20..=0x7e => false,
            b'\r' => {
                survey.only_newlines = false;
                false
            }
            0x00..=0x1f | 0x7f => true,
            0xc2 => {
                survey.only_newlines &= at(i + 1) != 0x85;
                matches!(at(i + 1), 0x80..=0x84 | 0x86..=0x9f)
            }
            0xe2 => {
                survey.only_newlines &= !(at(i + 1) == 0x80 && matches!(at(i + 2), 0xa8 | 0xa9));
                false
            }
            0xef => at(i + 1) == 0xbf && matches!(at(i + 2), 0xbe | 0xbf),
            _ => false,
        };
        survey.ascii &= at(i) < 0x80;
        if forbidden && survey.forbidden.is_none() {
            survey.forbidden = Some(i);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surveys() {
        let plain = Survey { forbidden: None, only_newlines: true, ascii: true };
        assert_eq!(survey(b"a: b\n\tc"), plain);
        assert_eq!(survey("ü".as_bytes()), Survey { ascii: false, ..plain });
        assert_eq!(survey(b"a\r\n"), Survey { only_newlines: false, ..plain });
        assert_eq!(survey("a\u{85}".as_bytes()), Survey { only_newlines: false, ascii: false, ..plain });
        assert_eq!(survey("a\u{2028}".as_bytes()), Survey { only_newlines: false, ascii: false, ..plain });
        for forbidden in ["\0", "\u{7}", "\u{1b}", "\u{7f}", "\u{80}", "\u{9f}", "\u{fffe}", "\u{ffff}"] {
            let text = format!("{}{forbidden}\u{1}", "x".repeat(63));
            assert_eq!(survey(text.as_bytes()).forbidden, Some(63), "{forbidden:?}");
        }
        for allowed in ["\u{a0}", "\u{feff}", "\u{fffd}", "\u{e000}", "\u{10ffff}", "~"] {
            assert_eq!(survey(allowed.as_bytes()).forbidden, None, "{allowed:?}");
        }
    }
}
