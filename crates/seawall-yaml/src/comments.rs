//! Comments: no part of a tree, but of the text.

use crate::text::{Span, Text};
use crate::yaml;

/// The comments of a document, in order, each from its `#` to the end of its line; those up to the first place that is
/// not YAML, when the document is broken.
pub fn comments(text: &Text, document: Span) -> impl Iterator<Item = Span> {
    yaml::comments(text, document).into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_comments_and_nothing_else() {
        let text = Text::new(
            "# one\r\na: b # two\nc: \"# no\"  # three\nd: |  # four\n  # no\n  x # no\ne: x#no\n#five\nf: [ # six\n 1]\n# seven",
        );
        let span = Span { start: 0, end: text.len() };
        let found: Vec<&str> = comments(&text, span).map(|span| text.slice(span)).collect();
        assert_eq!(found, ["# one", "# two", "# three", "# four", "#five", "# six", "# seven"]);
        let text = Text::new("a: b # one\nc: \"# two\n");
        let span = Span { start: 0, end: text.len() };
        assert_eq!(comments(&text, span).count(), 1);
    }
}
