//! What messages quote of a text. A name or key may be a secret in the wrong place: only short names and keys that look like
//! identifiers are repeated.

/// Characters of a name that a message repeats.
const LONGEST_NAME: usize = 24;
/// Bytes of a key that a message repeats: as long as a label name may be.
const LONGEST_KEY: usize = 63;

/// The start of the name of an anchor, in backticks.
pub(crate) fn name(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("`{}…`", name.get(..end).unwrap_or_default()),
        None => format!("`{name}`"),
    }
}

/// What is said of a key that stands twice: the key is named only when it looks like an identifier.
pub(crate) fn duplicate(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'/' | b'-');
    if (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(plain) {
        format!("duplicate key `{key}`")
    } else {
        "a key is a duplicate".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_names_and_identifiers_are_quoted() {
        assert_eq!(name("base"), "`base`");
        assert_eq!(name(&"ü".repeat(24)), format!("`{}`", "ü".repeat(24)));
        assert_eq!(name(&"ü".repeat(25)), format!("`{}…`", "ü".repeat(24)));
        assert_eq!(duplicate("app.kubernetes.io/name"), "duplicate key `app.kubernetes.io/name`");
        assert_eq!(duplicate(&"k".repeat(63)), format!("duplicate key `{}`", "k".repeat(63)));
        for key in ["", "user:hunter2", "two words", "ü", "a\nb", &"k".repeat(64)] {
            assert_eq!(duplicate(key), "a key is a duplicate");
        }
    }
}
