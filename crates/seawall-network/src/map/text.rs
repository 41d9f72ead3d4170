//! Texts from outside, made safe for pictures.

/// Whether a character must be written out: what the standard library would escape when printing for debugging, but for
/// quotes and backslashes; among it everything that is invisible or reorders its surroundings.
fn is_hidden(c: char) -> bool {
    !matches!(c, '"' | '\'' | '\\') && c.escape_debug().nth(1).is_some()
}

/// The text with hidden characters written out.
pub(super) fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) { out.extend(c.escape_debug()) } else { out.push(c) }
    }
    out
}

/// Text content or attribute value of XML and HTML.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in shown(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The inside of a quoted string of DOT.
pub(super) fn quoted(text: &str) -> String {
    shown(text).replace('\\', "\\\\").replace('"', "\\\"")
}

/// At most `len` characters, the end cut with an ellipsis.
pub fn fit(text: &str, len: usize) -> String {
    let text = shown(text);
    if text.chars().count() <= len {
        return text;
    }
    text.chars().take(len.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_comes_through_raw() {
        assert_eq!(
            xml("</text><script>\u{202e}\u{1b}'\"&"),
            "&lt;/text&gt;&lt;script&gt;\\u{202e}\\u{1b}&#39;&quot;&amp;"
        );
        assert_eq!(quoted("a\"]; b\\\n"), "a\\\"]; b\\\\\\\\n");
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(fit("abcd", 4), "abcd");
        assert_eq!(shown("Grüße 世界 -_."), "Grüße 世界 -_.");
    }
}
