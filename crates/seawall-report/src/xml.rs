//! Text in XML and HTML.

use crate::escape::escape;
use crate::token::redact;

/// Text content or an attribute's value: no token, nothing hidden, no markup, nothing that XML 1.0 forbids.
pub(crate) fn xml(text: &str) -> String {
    let text = redact(text);
    let text = escape(&text);
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        push(&mut out, c);
    }
    out
}

/// The same, but lines stay lines.
pub(crate) fn xml_lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(xml).collect();
    lines.join("\n")
}

fn push(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        // No characters of XML 1.0 (production 2, `Char`); what else it forbids is hidden and was written out.
        '\u{fffe}' | '\u{ffff}' => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text() {
        assert_eq!(
            xml("]]><a b='c'>&\"\u{0}\u{ffff}"),
            "]]&gt;&lt;a b=&#39;c&#39;&gt;&amp;&quot;\\u{0}\\u{ffff}"
        );
        assert_eq!(xml_lines("a\n<\u{b}"), "a\n&lt;\\u{b}");
    }
}
