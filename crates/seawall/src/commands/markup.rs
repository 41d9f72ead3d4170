//! Names from outside in the languages that outputs are written in: nothing of a name is markup, a formula or hidden.

use seawall_report::escape;

/// A cell of a Markdown table, or a part of one. Brackets stay where they make no link, for names have them.
pub(crate) fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last = ' ';
    for c in escape(text).chars() {
        let link = last == ']' && matches!(c, '(' | '[' | ':');
        if link || matches!(c, '\\' | '|' | '`' | '<' | '>' | '&' | '*' | '_' | '~') {
            out.push('\\');
        }
        out.push(c);
        last = c;
    }
    out
}

/// A field of a CSV line. What a spreadsheet would take for a formula is written out.
pub(crate) fn field(text: &str) -> String {
    let text = escape(text);
    let text = match text.chars().next() {
        Some(first @ ('=' | '+' | '-' | '@')) => {
            format!("\\u{{{:x}}}{}", u32::from(first), text.get(1..).unwrap_or(""))
        }
        _ => text.into_owned(),
    };
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// A quoted word of Graphviz.
pub(crate) fn dot(text: &str) -> String {
    format!("\"{}\"", escape(text).replace('\\', "\\\\").replace('"', "\\\""))
}

/// The inside of a quoted label of Mermaid, which takes entities for what would end the label, or be HTML or Markdown.
pub(crate) fn mermaid(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape(text).chars() {
        match c {
            '#' | '"' | '<' | '>' | '&' | '`' => out.push_str(&format!("#{};", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVIL: &str = "</a>\"|`x` \\| [a](b) \u{1b}\u{202e}\n&#x";

    #[test]
    fn names_stay_names() {
        assert_eq!(cell("shop/web[Deployment]"), "shop/web[Deployment]");
        assert_eq!(cell(EVIL), r#"\</a\>"\|\`x\` \\\| [a]\(b) \\u{1b}\\u{202e}\\n\&#x"#);
        assert_eq!(cell("[a]: x"), r"[a]\: x");
        assert_eq!(field("a,b\"c"), "\"a,b\"\"c\"");
        assert_eq!(field("=HYPERLINK(1)"), r"\u{3d}HYPERLINK(1)");
        assert_eq!(field("-a"), r"\u{2d}a");
        assert_eq!(dot("a\\\"b"), r#""a\\\"b""#);
        assert_eq!(mermaid("<b>\"#`&"), "#60;b#62;#34;#35;#96;#38;");
    }
}
