//! How a string must be written so that it is read as that string.

use std::fmt::Write as _;

/// Words that are no strings in YAML 1.1, in lower case.
const WORDS: &[&str] = &[
    "", "~", "null", "true", "false", "y", "n", "yes", "no", "on", "off", ".inf", "+.inf", "-.inf", ".nan",
    "<<", "=",
];

/// Whether a plain scalar is read as this text, on the safe side: where readers could differ the answer is no.
pub(crate) fn is_plain(text: &str, in_flow: bool) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let begins = match first {
        '_' | '/' | '.' | '$' | '(' => true,
        '-' => chars.next().is_some_and(|c| c.is_alphanumeric() || c == '-') && !text.starts_with("---"),
        c => c.is_alphanumeric(),
    };
    let strange = |c: char| c.is_control() || !c.is_ascii() && !c.is_alphanumeric();
    let flow_marks = in_flow && text.contains([',', '[', ']', '{', '}', ':', '?']);
    begins
        && !text.ends_with([' ', ':', '.'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains(strange)
        && !flow_marks
        && !text.starts_with("...")
        && !is_other(text)
}

/// Whether a plain key is read as this text.
pub(crate) fn is_plain_key(key: &str, in_flow: bool) -> bool {
    is_plain(key, in_flow) && !key.contains([':', ',', '[', ']', '{', '}', '?', '#'])
}

/// Whether YAML 1.1 reads a plain text as something else than a string, or did so once.
fn is_other(text: &str) -> bool {
    if WORDS.contains(&text.to_ascii_lowercase().as_str()) {
        return true;
    }
    let number = text.strip_prefix(['-', '+']).unwrap_or(text).to_ascii_lowercase();
    if !number.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return false;
    }
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_hexdigit() || c == '_');
    if ["0x", "0o", "0b"].iter().any(|base| number.strip_prefix(base).is_some_and(digits)) {
        return true;
    }
    // Numbers, dates, times and sexagesimals; a second point makes it a version or an address.
    let numeric =
        number.chars().all(|c| matches!(c, '0'..='9' | '_' | '.' | 'e' | '+' | '-' | ':' | 't' | 'z' | ' '));
    numeric && number.matches('.').count() < 2
}

/// A text in double quotes, as both YAML and JSON read it.
pub(crate) fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control()
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') =>
            {
                _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text in single quotes, when it can stand there.
pub(super) fn single_quoted(text: &str) -> Option<String> {
    let bad = |c: char| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    (!text.contains(bad)).then(|| format!("'{}'", text.replace('\'', "''")))
}

/// Whether a text of several lines can be a literal block scalar (`|` or `|-`).
pub(super) fn is_literal(text: &str) -> bool {
    let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or(text).split('\n').collect();
    let good = |line: &&str| !line.ends_with([' ', '\t']) && single_quoted(line).is_some();
    lines.len() > 1
        && lines.iter().all(good)
        && lines.first().is_some_and(|line| !line.is_empty() && !line.starts_with([' ', '\t']))
        && lines.last().is_some_and(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_only_where_it_stays_a_string() {
        for text in [
            "web",
            "nginx:1.2",
            "100m",
            "512Mi",
            "RuntimeDefault",
            "runtime/default",
            "--leader-elect=true",
            "-v",
            "1.14.2",
            "10.0.0.0/8",
            "a b",
            "$(NODE)",
            "/etc/x",
            "_x",
            "v1",
            "üx",
            "e3",
            "x-y",
            "0.0.0.0",
            "a#b",
            "30s",
        ] {
            assert!(is_plain(text, false), "{text}");
        }
        for text in [
            "",
            " a",
            "a ",
            "~",
            "null",
            "Yes",
            "on",
            "n",
            "TRUE",
            "1",
            "-1",
            "0777",
            "1_000",
            "1e3",
            "1.",
            ".5",
            "0x1F",
            "0o17",
            "0b1",
            "+1",
            "12:30:45",
            "2001-01-01",
            ".inf",
            "-.INF",
            ".nan",
            "a: b",
            "a:",
            "a #b",
            "- a",
            "-",
            "---",
            "--- a",
            "[a]",
            "{a}",
            "*a",
            "&a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a",
            "\"a",
            "'a",
            "#a",
            "?",
            ", a",
            "a\nb",
            "a\tb",
            "\u{feff}a",
            "a\u{85}b",
            "=",
            "<<",
            "...",
        ] {
            assert!(!is_plain(text, false), "{text}");
        }
        for text in ["a,b", "a]", "a:b", "a{"] {
            assert!(!is_plain(text, true), "{text}");
        }
        assert!(!is_plain_key("a:b", false));
        assert!(is_plain_key("app.kubernetes.io/name", false));
    }
}
