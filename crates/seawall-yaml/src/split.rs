//! Where the documents of a text stand, by the rules of `k8s.io/apimachinery/pkg/util/yaml` (`YAMLReader`).

use crate::text::{Span, Text};

/// The documents of a text, in order; empty ones between separators are not counted twice.
///
/// A line that begins with `---` separates, wherever it stands: in a block scalar too. It belongs to no document, unless
/// nothing stands before it (at the start of the text, or behind another separator), or unless Kubernetes
/// refuses it because more than a comment follows on it: then it begins the next document.
pub fn split(text: &Text) -> Vec<Span> {
    split_from(text, 0)
}

/// The documents from `start` on, which is the start of the text or stands behind a JSON value.
pub(crate) fn split_from(text: &Text, start: u32) -> Vec<Span> {
    let content = text.as_str();
    let bytes = content.as_bytes();
    let mut spans = Vec::new();
    let mut start = start as usize;
    if start == 0 && content.starts_with('\u{feff}') {
        // kubectl drops a byte order mark at the start of a file.
        start = 3;
    } else if start > 0 {
        // Behind a JSON value, kubectl drops blanks up to the end of the line.
        let rest = content.get(start..).unwrap_or("");
        let blank = rest.len() - rest.trim_start().len();
        start += rest.get(..blank).and_then(|blank| blank.find('\n')).map_or(blank, |newline| newline + 1);
    }
    let mut push = |start: usize, end: usize| {
        spans.push(Span { start: start as u32, end: end as u32 });
    };
    let mut from = start;
    while let Some(line) = next_separator(bytes, from) {
        let line_end = memchr::memchr(b'\n', bytes.get(line..).unwrap_or_default())
            .map_or(bytes.len(), |len| line + len + 1);
        from = line_end;
        let refused = refused_separator(content.get(line..line_end).unwrap_or("")).is_some();
        if line > start {
            push(start, line);
            start = if refused { line } else { line_end };
        }
    }
    if start < bytes.len() {
        push(start, bytes.len());
    }
    spans
}

/// What Kubernetes refuses on a separator: anything but blanks and a comment. Gives it without the blanks around it.
pub(crate) fn refused_separator(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("---")?.trim();
    (!rest.is_empty() && !rest.starts_with('#')).then_some(rest)
}

/// The next line that begins with `---`, from the start of a line on.
fn next_separator(bytes: &[u8], from: usize) -> Option<usize> {
    if bytes.get(from..).is_some_and(|rest| rest.starts_with(b"---")) {
        return Some(from);
    }
    memchr::memmem::find(bytes.get(from..)?, b"\n---").map(|at| from + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_as_apimachinery() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("a", &["a"]),
            ("a\n---\nb\n", &["a\n", "b\n"]),
            ("---\na\n---\nb", &["---\na\n", "b"]),
            ("a\n---\n---\nb", &["a\n", "---\nb"]),
            ("a\n---\n---\n---\nb", &["a\n", "---\n", "b"]),
            ("a\n--- # note\nb", &["a\n", "b"]),
            ("a\n---   \r\nb", &["a\n", "b"]),
            ("a\n--- b\nc", &["a\n", "--- b\nc"]),
            ("a\n----\nc", &["a\n", "----\nc"]),
            ("a: |\n  x\n---\nb", &["a: |\n  x\n", "b"]),
            ("a\n ---\nb", &["a\n ---\nb"]),
            ("a\n---", &["a\n"]),
            ("---", &["---"]),
            ("# c\n---\na", &["# c\n", "a"]),
            ("\u{feff}---\na\n", &["---\na\n"]),
            ("\n\n---\na", &["\n\n", "a"]),
        ];
        for (text, documents) in cases {
            let text = Text::new(*text);
            let found: Vec<&str> = split(&text).into_iter().map(|span| text.slice(span)).collect();
            assert_eq!(found, *documents, "{:?}", text.as_str());
        }
    }
}
