//! Patterns of RE2 as patterns of the `regex` crate.
//!
//! Both are linear and share their syntax, but for: `\d \w \s \b` are ASCII in RE2; in a class `[`, `&` and `~` are plain
//! there; `\Q…\E` quotes. *Absent:* `\p{…}` and octal escapes, which are errors.
//! Source: <https://github.com/google/re2/wiki/Syntax>.

use regex::{Regex, RegexBuilder};

/// Bytes of a compiled pattern: enough for any that people write, too few to take long.
const SIZE: usize = 512 << 10;

pub(super) fn compile(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(&translate(pattern)).size_limit(SIZE).build().ok()
}

fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut class = false;
    let mut rest = pattern;
    while let Some(char) = rest.chars().next() {
        rest = rest.get(char.len_utf8()..).unwrap_or("");
        match char {
            '\\' => {
                let escaped = rest.chars().next();
                rest = rest.get(escaped.map_or(0, char::len_utf8)..).unwrap_or("");
                match escaped {
                    Some('d') => out.push_str("[0-9]"),
                    Some('D') => out.push_str("[^0-9]"),
                    Some('w') => out.push_str("[0-9A-Za-z_]"),
                    Some('W') => out.push_str("[^0-9A-Za-z_]"),
                    Some('s') => out.push_str(r"[\t\n\f\r ]"),
                    Some('S') => out.push_str(r"[^\t\n\f\r ]"),
                    Some('b') if !class => out.push_str(r"(?-u:\b)"),
                    Some('Q') if !class => {
                        let (quoted, after) = rest.split_once(r"\E").unwrap_or((rest, ""));
                        out.push_str(&regex::escape(quoted));
                        rest = after;
                    }
                    Some(other) => out.extend(['\\', other]),
                    None => out.push('\\'),
                }
            }
            '[' if class && rest.starts_with(':') => {
                let end = rest.find(":]").map_or(0, |end| end + 2);
                let (name, after) = rest.split_at_checked(end).unwrap_or(("", rest));
                out.push('[');
                out.push_str(name);
                rest = after;
            }
            '[' | '&' | '~' if class => out.extend(['\\', char]),
            '[' => {
                class = true;
                out.push('[');
                if let Some(after) = rest.strip_prefix('^') {
                    out.push('^');
                    rest = after;
                }
                // A bracket that closes at once is plain.
                if let Some(after) = rest.strip_prefix(']') {
                    out.push_str(r"\]");
                    rest = after;
                }
            }
            ']' => {
                class = false;
                out.push(']');
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_res2() {
        for (pattern, text, matches) in [
            (r"^\d+$", "12", true),
            (r"^\d+$", "١٢", false),
            (r"^[\d\-a]+$", "1-a", true),
            (r"^[^\s]+$", "a b", false),
            (r"^\w+$", "é", false),
            (r"^[[a]+$", "[a", true),
            (r"^[a&&b]+$", "&ab", true),
            (r"^[]a]+$", "]a", true),
            (r"^[[:alpha:]_]+$", "a_", true),
            (r"^\Qa.b\E$", "axb", false),
            (r"\bx\b", "a x b", true),
            (r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "web-1", true),
        ] {
            assert_eq!(compile(pattern).unwrap().is_match(text), matches, "{pattern} on {text}");
        }
        for pattern in ["(", r"(?=a)", r"\1", "((a{1000}){1000}){1000}", "[", r"a\"] {
            assert!(compile(pattern).is_none(), "{pattern}");
        }
    }
}
