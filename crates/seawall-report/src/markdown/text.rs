//! Words of others in Markdown (CommonMark with the extensions of GitHub).

use crate::escape::escape;
use crate::token::redact;
use crate::xml::xml;

/// The longest run of backticks in a text.
fn ticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A code span: nothing in it is markup, no name in it is a mention.
pub(super) fn code(text: &str) -> String {
    let text = redact(text);
    let text = escape(&text);
    if text.is_empty() {
        return String::new();
    }
    let around = "`".repeat(ticks(&text) + 1);
    // One space on each side is taken off again.
    let space = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{around}{space}{text}{space}{around}")
}

/// A sentence of ours with names of others in backticks: those become code spans, what is between them plain text.
pub(super) fn prose(text: &str) -> String {
    let text = &*redact(text);
    match parts(text) {
        Some(parts) => parts
            .iter()
            .enumerate()
            .map(|(at, part)| if at % 2 == 0 { (*part).to_owned() } else { code(part) })
            .collect(),
        None => code(text),
    }
}

/// The same in HTML that stands in Markdown.
pub(super) fn html_prose(text: &str) -> String {
    match parts(text) {
        Some(parts) => parts
            .iter()
            .enumerate()
            .map(|(at, part)| if at % 2 == 0 { xml(part) } else { html_code(part) })
            .collect(),
        None => html_code(text),
    }
}

/// What is between backticks and what is in them, in turn; `None` where that is not sure.
fn parts(text: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = text.split('`').collect();
    // A backtick too many: somebody's name has one, and nobody knows any more what is whose.
    let sure = !parts.len().is_multiple_of(2) && parts.iter().step_by(2).all(|part| is_plain(part));
    sure.then_some(parts)
}

/// Whether a text can mean nothing but itself: neither markup, nor an address, a mention or a reference.
fn is_plain(text: &str) -> bool {
    let harmless = |c: char| c.is_alphanumeric() || " ,;.()'-–?%".contains(c) || (c == ':' || c == '/');
    text.chars().all(harmless) && !text.contains("](") && !text.contains("//") && !text.contains("www.")
}

/// Text in a cell of a table, where a bar would begin the next one, in code spans too.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Code in HTML that stands in Markdown.
pub(super) fn html_code(text: &str) -> String {
    format!("<code>{}</code>", xml(text))
}

/// A block of lines that no line of it ends.
pub(super) fn fence(text: &str, language: &str) -> String {
    let around = "`".repeat(ticks(text).max(2) + 1);
    format!("{around}{language}\n{}\n{around}\n", text.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_hold_what_is_in_them() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`a`"), "`` `a` ``");
        assert_eq!(cell(&code("a|b")), "`a\\|b`");
        assert_eq!(fence("a\n```\nb\n", "text"), "````text\na\n```\nb\n````\n");
    }

    #[test]
    fn no_token_is_in_a_sentence() {
        // Built from parts, so that no scanner takes the test for a leak.
        let token = format!("AKIA{}", "Q3EGRDXPLMWTZ7AB");
        assert_eq!(prose(&format!("key {token} of `{token}`")), "`` key *** of `***` ``");
        assert_eq!(html_prose(&token), "***");
    }

    #[test]
    fn sentences_keep_their_names_and_nothing_else() {
        assert_eq!(prose("container `web` runs privileged"), "container `web` runs privileged");
        for hostile in [
            "x @team",
            "<img>",
            "[a](b)",
            "a*b*",
            "see #1",
            "https://a",
            "www.a",
            "a `b",
            "a `b` ` c",
            "a_b_",
            "~~a~~",
            "a\nb",
        ] {
            assert_eq!(prose(hostile), code(hostile), "{hostile}");
        }
    }
}
