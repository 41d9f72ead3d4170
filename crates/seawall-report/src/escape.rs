//! Nothing from outside reaches a terminal raw.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Characters that a terminal obeys or that reorder or hide the text around them: the Unicode 16 categories Cc, Cf, Zl
/// and Zp, and the whole block of tags.
const HIDDEN: &[(char, char)] = &[
    ('\u{0}', '\u{1f}'),
    ('\u{7f}', '\u{9f}'),
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e007f}'),
];

/// Whether a character must not be written to a terminal as it is.
pub fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    HIDDEN.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// The text with every hidden character written out: `\n`, `\t`, `\r`, or `\u{1b}`.
///
/// Backslashes stay single: the result is for reading, not for decoding.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        push_escaped(&mut escaped, c);
    }
    Cow::Owned(escaped)
}

/// Lines in which a runner of GitHub Actions finds no command of somebody else: it obeys `::name …::` after white space at
/// the start of a line, and `##[name]` anywhere (source: `ActionCommand` of the runner).
///
/// The arrow `::: ` of excerpts is ours; no command begins with a colon.
pub(crate) fn defuse(lines: &str) -> Cow<'_, str> {
    let is_command = |line: &str| {
        let line = line.trim_start();
        line.starts_with("::") && !line.starts_with("::: ")
    };
    if !lines.lines().any(is_command) && !lines.contains("##[") {
        return Cow::Borrowed(lines);
    }
    let mut safe = String::with_capacity(lines.len() + 16);
    for line in lines.split_inclusive('\n') {
        if is_command(line) {
            safe.push_str(&line.replacen("::", "\\u{3a}:", 1));
        } else {
            safe.push_str(line);
        }
    }
    Cow::Owned(safe.replace("##[", "#\\u{23}["))
}

/// Appends one character, written out when it is hidden.
pub(crate) fn push_escaped(to: &mut String, c: char) {
    match c {
        '\n' => to.push_str("\\n"),
        '\r' => to.push_str("\\r"),
        '\t' => to.push_str("\\t"),
        c if is_hidden(c) => {
            // Writing to a string cannot fail.
            let _ = write!(to, "\\u{{{:x}}}", u32::from(c));
        }
        c => to.push(c),
    }
}

/// Escapes whatever is displayed through it.
pub(crate) struct Escaped<T>(pub(crate) T);

impl<T: std::fmt::Display> std::fmt::Display for Escaped<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        struct Through<'a, 'b>(&'a mut std::fmt::Formatter<'b>);
        impl std::fmt::Write for Through<'_, '_> {
            fn write_str(&mut self, text: &str) -> std::fmt::Result {
                self.0.write_str(&escape(text))
            }
        }
        write!(Through(f), "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_out_what_a_terminal_would_obey() {
        assert_eq!(escape("plain `text` – ü 世界"), "plain `text` – ü 世界");
        assert_eq!(escape("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(escape("a\r\n\tb"), "a\\r\\n\\tb");
        assert_eq!(escape("\u{9b}31m\u{202e}gnp.\u{2066}"), "\\u{9b}31m\\u{202e}gnp.\\u{2066}");
        assert_eq!(Escaped("a\u{7}").to_string(), "a\\u{7}");
    }

    #[test]
    fn no_line_is_a_command() {
        assert_eq!(defuse("a\n::error::x\n  ::x\n"), "a\n\\u{3a}:error::x\n  \\u{3a}:x\n");
        assert_eq!(defuse("a ##[add-mask]b"), "a #\\u{23}[add-mask]b");
        assert_eq!(defuse(" ::: a.yaml:1:2\na::b\n"), " ::: a.yaml:1:2\na::b\n");
    }

    /// The standard library's notion of printable is the oracle against escaping too much; it escapes more than we do
    /// (unassigned, private use, spaces), none of which a terminal obeys.
    #[test]
    fn leaves_every_printable_character_alone() {
        for c in ('\0'..=char::MAX).filter(|c| !matches!(c, '"' | '\'' | '\\')) {
            // After another character, so that combining marks count as printable.
            let printable = format!("a{c}").escape_debug().nth(1) == Some(c);
            assert!(!(printable && is_hidden(c)), "U+{:04X} is printable", u32::from(c));
        }
        for c in HIDDEN.iter().flat_map(|(first, last)| *first..=*last) {
            assert!(escape(&c.to_string()).chars().all(|c| c.is_ascii_graphic()));
        }
    }

    proptest::proptest! {
        #[test]
        fn never_lets_a_hidden_character_through(text: String) {
            proptest::prop_assert!(!escape(&text).chars().any(is_hidden));
            proptest::prop_assert_eq!(Escaped(&text).to_string(), escape(&text));
        }
    }
}
