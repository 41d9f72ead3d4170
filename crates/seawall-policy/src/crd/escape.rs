//! Names of properties as names of the language.
//!
//! Source: `apiserver/pkg/cel/escaping.go`.

use crate::cel::is_word;

/// What stands for what; `__` is looked for first.
const SIGNS: [(&str, &str); 4] =
    [("__", "__underscores__"), (".", "__dot__"), ("-", "__dash__"), ("/", "__slash__")];

/// The name by which an expression asks for a property; `None` where no expression can.
///
/// ```
/// use seawall_policy::crd::escape;
/// assert_eq!(escape("apps/v1.name").as_deref(), Some("apps__slash__v1__dot__name"));
/// assert_eq!(escape("namespace").as_deref(), Some("__namespace__"));
/// assert_eq!(escape("$ref"), None);
/// ```
pub fn escape(name: &str) -> Option<String> {
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    if is_word(name) {
        return Some(format!("__{name}__"));
    }
    let mut escaped = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(next) = rest.chars().next() {
        if let Some((sign, word)) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            escaped.push_str(word);
            rest = rest.strip_prefix(sign).unwrap_or("");
        } else if next.is_ascii_alphanumeric() || next == '_' {
            escaped.push(next);
            rest = rest.strip_prefix(next).unwrap_or("");
        } else {
            return None;
        }
    }
    Some(escaped)
}

/// The word that an escaped name stands for: a field of this name may be asked for by the word itself.
pub(super) fn reserved_word(escaped: &str) -> Option<&str> {
    let word = escaped.strip_prefix("__")?.strip_suffix("__")?;
    is_word(word).then_some(word)
}

/// The property that a name asks for; `None` where it is no escaped name.
pub fn unescape(name: &str) -> Option<String> {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once("__") {
        plain.push_str(before);
        let word = after.split_once("__").map(|(word, end)| (word.trim_start_matches('_'), end));
        // A third underscore belongs to what is before the word.
        let more = after.len() - after.trim_start_matches('_').len();
        let Some((word, end)) = word.filter(|(word, _)| !word.is_empty() && !word.contains('_')) else {
            plain.push_str("__");
            rest = after;
            continue;
        };
        plain.push_str("_".repeat(more).as_str());
        match SIGNS.iter().find(|(_, own)| own.trim_matches('_') == word) {
            Some((sign, _)) => plain.push_str(sign),
            None if is_word(word) && name.len() == word.len() + 4 => plain.push_str(word),
            None => return None,
        }
        rest = end;
    }
    plain.push_str(rest);
    Some(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_escaped_as_the_api_server_does() {
        for (name, escaped) in [
            ("a", Some("a")),
            ("_a", Some("_a")),
            ("a_b", Some("a_b")),
            ("a__b", Some("a__underscores__b")),
            ("a___b", Some("a__underscores___b")),
            ("__a", Some("__underscores__a")),
            ("a.b-c/d", Some("a__dot__b__dash__c__slash__d")),
            ("self", Some("self")),
            ("while", Some("__while__")),
            ("whiles", Some("whiles")),
            ("int", Some("int")),
            ("0a", None),
            ("", None),
            ("$a", None),
            ("a b", None),
            ("é", None),
        ] {
            assert_eq!(escape(name).as_deref(), escaped, "{name}");
        }
        assert_eq!(unescape("a__b"), Some("a__b".to_owned()));
        assert_eq!(unescape("a__nope__b"), None);
        assert_eq!(unescape("a__if__"), None);
        assert_eq!(unescape("__if__").as_deref(), Some("if"));
    }

    proptest! {
        #[test]
        fn what_is_escaped_can_be_read_back(name in "[a-z_./-]{1,12}") {
            let escaped = escape(&name).unwrap();
            prop_assert!(escaped.chars().all(|char| char.is_ascii_alphanumeric() || char == '_'));
            prop_assert_eq!(unescape(&escaped), Some(name));
        }
    }
}
