//! Secrets as they are written: known by the words before them, in whatever text, parsed or not.
//!
//! What a tree tells (what a key belongs to, where a value ends) is not known here; comments, broken documents, texts in
//! texts and command lines are. One pass over the text; each look is bounded, so the work is linear.

use seawall_yaml::Span;

use crate::token::tokens;

/// Parts of names whose values are secret, without `_`, `-` and `.`.
const SECRET: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "connectionstring",
];
/// Ends of names that point at a secret or say something about it.
const ABOUT: &[&str] = &[
    "name",
    "names",
    "namespace",
    "ref",
    "reference",
    "path",
    "file",
    "dir",
    "mount",
    "seconds",
    "ttl",
    "type",
    "kind",
    "class",
    "provider",
    "store",
    "version",
    "policy",
    "enabled",
    "audience",
    "expiry",
    "expiration",
];
/// The longest name looked at.
const MAX_NAME: usize = 128;
/// The longest white space between a name and its value.
const MAX_SPACE: usize = 64;

/// Whether what goes by this name is secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let plain: String =
        name.chars().filter(|c| !"_-.".contains(*c)).map(|c| c.to_ascii_lowercase()).collect();
    SECRET.iter().any(|word| plain.contains(word)) && !ABOUT.iter().any(|end| plain.ends_with(end))
}

/// Whether a value can be a secret: no boolean, nothing empty, no short number.
pub(super) fn is_secret_value(value: &str) -> bool {
    let small = value.len() < 5 && value.bytes().all(|b| b.is_ascii_digit());
    !small && !matches!(value, "true" | "false" | "null" | "~")
}

/// The secrets of a text, in no order; they may overlap.
pub(super) fn written(text: &str) -> Vec<Span> {
    let mut found: Vec<Span> = tokens(text).into_iter().map(|token| span(token.start, token.end)).collect();
    let bytes = text.as_bytes();
    let tokens = found.len();
    for (at, byte) in bytes.iter().enumerate() {
        // What is hidden already needs no second look; `secret=secret=…` would take a long one each time.
        if found.get(tokens..).and_then(<[Span]>::last).is_some_and(|last| at < last.end as usize) {
            continue;
        }
        match byte {
            b':' => after_colon(text, at, &mut found),
            b'=' if name_before(text, at).is_some_and(is_secret_name) => value(text, at + 1, &mut found),
            b'-' if text.get(at..).is_some_and(|rest| rest.starts_with("--")) => {
                flag(text, at + 2, &mut found)
            }
            _ => {}
        }
    }
    found.extend(
        text.split_inclusive('\n')
            .scan(0, |next, line| {
                let start = *next;
                *next += line.len();
                Some((start, line))
            })
            .flat_map(|(start, line)| secret_data(line, start)),
    );
    found
}

fn span(start: usize, end: usize) -> Span {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Span { start: number(start), end: number(end) }
}

/// The name that ends before a separator, quotes (also escaped ones) left out.
fn name_before(text: &str, at: usize) -> Option<&str> {
    let from = text.floor_char_boundary(at.saturating_sub(MAX_NAME));
    let before = text.get(from..at)?.trim_end_matches([' ', '"', '\'', '\\']);
    let name = before.bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || b"_-.".contains(b)).count();
    before.get(before.len() - name..).filter(|name| !name.is_empty())
}

fn after_colon(text: &str, at: usize, found: &mut Vec<Span>) {
    let quoted = text.get(..at).is_some_and(|before| before.ends_with(['"', '\'']));
    let spaced = text.as_bytes().get(at + 1).is_none_or(u8::is_ascii_whitespace);
    if (quoted || spaced) && name_before(text, at).is_some_and(is_secret_name) {
        value(text, at + 1, found);
    }
}

/// `--password x`, also as two items of a list in one line; `--password=x` is met at its `=`.
fn flag(text: &str, from: usize, found: &mut Vec<Span>) {
    let to = text.ceil_char_boundary(text.len().min(from + MAX_NAME));
    let rest = text.get(from..to).unwrap_or("");
    let name = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"_-.".contains(b)).count();
    if !rest.get(..name).is_some_and(is_secret_name) {
        return;
    }
    let after = rest.get(name..).unwrap_or("");
    let gap = after.len() - after.trim_start_matches([' ', ',', '"', '\'', '\\']).len();
    let begins_a_flag = after.get(gap..).is_some_and(|value| value.starts_with('-'));
    if after.starts_with([' ', '"', '\'', '\\', ',']) && gap > 0 && !begins_a_flag {
        plain(text, from + name + gap, found);
    }
}

/// The value after a separator: quoted, or up to white space.
fn value(text: &str, from: usize, found: &mut Vec<Span>) {
    let to = text.ceil_char_boundary(text.len().min(from + MAX_SPACE));
    let near = text.get(from..to).unwrap_or("");
    let start = from + near.len() - near.trim_start_matches([' ', '\t']).len();
    let rest = text.as_bytes().get(start..).unwrap_or(&[]);
    match rest {
        [quote @ (b'"' | b'\''), inner @ ..] => {
            let mut escaped = false;
            let len = inner.iter().position(|b| {
                let ends = !escaped && (b == quote || *b == b'\n');
                escaped = *quote == b'"' && *b == b'\\' && !escaped;
                ends
            });
            let len = len.unwrap_or(inner.len());
            if text.get(start + 1..start + 1 + len).is_some_and(is_secret_value) && len > 0 {
                // The closing quote belongs to what a tree would hide.
                found.push(span(start, start + 1 + len + usize::from(inner.get(len) == Some(quote))));
            }
        }
        [b'\\', b'"', ..] => plain(text, start + 2, found),
        [b'{' | b'[' | b'|' | b'>' | b'*', ..] => {}
        _ => plain(text, start, found),
    }
}

/// A value without quotes.
fn plain(text: &str, start: usize, found: &mut Vec<Span>) {
    let rest = text.get(start..).unwrap_or("");
    let end = rest.find(|c: char| c.is_whitespace() || "\"'\\".contains(c)).unwrap_or(rest.len());
    let shown = rest.get(..end).unwrap_or("").trim_end_matches([',', '}', ']', ')']);
    if !shown.is_empty() && is_secret_value(shown) {
        found.push(span(start, start + shown.len()));
    }
}

/// The data of Secrets written in one line, also where the document is broken or a later duplicate hides them.
fn secret_data(line: &str, start: usize) -> Vec<Span> {
    let mut found = Vec::new();
    let is_secret = line.match_indices("kind").any(|(at, kind)| {
        let rest = line.get(at + kind.len()..).unwrap_or("").trim_start_matches(['"', '\'', ' ', ':', '\\']);
        rest.strip_prefix("Secret").is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    });
    if !is_secret {
        return found;
    }
    let mut past = 0;
    for (at, key) in line.match_indices("ata") {
        if !matches!(name_before(line, at + key.len()), Some("data" | "stringData")) {
            continue;
        }
        let from = at + key.len();
        let rest = line.get(from..).unwrap_or("");
        let gap = rest.len() - rest.trim_start_matches(['"', '\'', ' ', ':']).len();
        if from >= past && rest.get(gap..).is_some_and(|map| map.starts_with('{')) {
            past = scalars(line, from + gap, start, &mut found);
        }
    }
    found
}

/// Hides the scalars of a map in flow style that are no keys; gives where it ends.
fn scalars(line: &str, open: usize, start: usize, found: &mut Vec<Span>) -> usize {
    let bytes = line.as_bytes();
    let (mut at, mut depth) = (open, 0_usize);
    while let Some(byte) = bytes.get(at) {
        let from = at;
        at += 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => break,
            b'}' | b']' => depth -= 1,
            b',' | b':' => {}
            b if b.is_ascii_whitespace() => {}
            quote => {
                let quoted = matches!(quote, b'"' | b'\'');
                let mut escaped = false;
                while let Some(b) = bytes.get(at) {
                    if !quoted && b",{}[]:\n".contains(b) {
                        break;
                    }
                    at += 1;
                    if quoted && b == quote && !escaped {
                        break;
                    }
                    escaped = *quote == b'"' && *b == b'\\' && !escaped;
                }
                let after = bytes.get(at..).unwrap_or(&[]).iter().find(|b| !b.is_ascii_whitespace());
                if after != Some(&b':') {
                    found.push(span(start + from, start + at));
                }
            }
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let mut spans = written(text);
        spans.sort_by_key(|span| (span.start, span.end));
        let mut out = String::new();
        let mut from = 0;
        for span in spans.iter().map(|span| span.start as usize..span.end as usize) {
            if span.start >= from {
                out.push_str(text.get(from..span.start).unwrap());
                out.push_str("***");
            }
            from = from.max(span.end);
        }
        out.push_str(text.get(from..).unwrap());
        out
    }

    #[test]
    fn what_follows_a_secret_name_is_hidden() {
        for (text, expected) in [
            ("password: hunter2", "password: ***"),
            ("x: y # password: hunter2", "x: y # password: ***"),
            ("{DB_PASSWORD: hunter2, x: y}", "{DB_PASSWORD: ***, x: y}"),
            ("{\"token\":\"a\\\"b\",\"x\":1}", "{\"token\":***,\"x\":1}"),
            ("{\"token\":12345,\"x\":1}", "{\"token\":***,\"x\":1}"),
            ("args: [\"--password=a,b\", x]", "args: [\"--password=***\", x]"),
            ("[\"--api-key\",\"hunter2\"]", "[\"--api-key\",\"***\"]"),
            ("sh -c 'x --access_key hunter2 -v'", "sh -c 'x --access_key *** -v'"),
            ("\"p.properties\":\"password=hunter2\"", "\"p.properties\":\"password=***\""),
            ("\"{\\\"secret\\\":\\\"hunter2\\\"}\"", "\"{\\\"secret\\\":\\\"***\\\"}\""),
            (
                "{\"kind\":\"Secret\",\"data\":{\"p\":\"hunter2\",\"q\":[x, 'y']},\"data\":{}}{",
                "{\"kind\":\"Secret\",\"data\":{\"p\":***,\"q\":[***, ***]},\"data\":{}}{",
            ),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn what_only_points_at_a_secret_is_shown() {
        for text in [
            "secretName: db",
            "tokenExpirationSeconds: 86400",
            "automountServiceAccountToken: true",
            "secretKeyRef: {name: a, key: b}",
            "secret:\n  x: y",
            "image: registry/secret:latest",
            "--password-file /run/x",
            "token: 1234",
            "kind: Secret",
            "{\"kind\":\"ConfigMap\",\"data\":{\"p\":\"x\"}}",
        ] {
            assert_eq!(masked(text), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn spans_lie_on_characters(text in "(password|--token|[:= \"'\\\\{}ü,\n-]|kind: Secret|data|世){0,40}") {
            for span in written(&text) {
                proptest::prop_assert!(text.get(span.start as usize..span.end as usize).is_some());
            }
        }
    }
}
