//! Syntax of names, as the API server checks it (`k8s.io/apimachinery/pkg/util/validation`).

/// Whether a text may be the name of a port (IANA service name, RFC 6335): at most 15 of `a-z`, `0-9` and `-`, at least
/// one letter, no `-` at an end or beside another.
pub(crate) fn port_name_fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("is empty")
    } else if name.len() > 15 {
        Some("is longer than 15 characters")
    } else if !name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')) {
        Some("has other characters than `a-z`, `0-9` and `-`")
    } else if !name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Some("has no letter")
    } else if name.starts_with('-') || name.ends_with('-') {
        Some("begins or ends with `-`")
    } else if name.contains("--") {
        Some("has two `-` side by side")
    } else {
        None
    }
}

/// Whether a text may be the value of a label: empty, or at most 63 of letters, digits, `-`, `_` and `.`, with a letter or
/// digit at both ends.
pub(crate) fn label_value_fault(value: &str) -> Option<&'static str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    let bytes = value.as_bytes();
    if value.len() > 63 {
        Some("is longer than 63 characters")
    } else if !bytes.iter().all(|byte| plain(*byte) || matches!(byte, b'-' | b'_' | b'.')) {
        Some("has other characters than letters, digits, `-`, `_` and `.`")
    } else if [bytes.first(), bytes.last()].into_iter().flatten().any(|byte| !plain(*byte)) {
        Some("does not begin and end with a letter or digit")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_names() {
        for name in ["http", "a", "1a", "http-2", "abcdefghijklmno"] {
            assert_eq!(port_name_fault(name), None, "{name}");
        }
        for name in ["", "80", "abcdefghijklmnop", "HTTP", "a_b", "-a", "a-", "a--b", "é"] {
            assert!(port_name_fault(name).is_some(), "{name}");
        }
    }

    #[test]
    fn label_values() {
        for value in ["", "a", "1", "A.b_c-d", "v1.2.3"] {
            assert_eq!(label_value_fault(value), None, "{value}");
        }
        for value in ["-a", "a.", "a b", "a/b", "ü", "me@example.com"] {
            assert!(label_value_fault(value).is_some(), "{value}");
        }
        assert!(label_value_fault(&"a".repeat(64)).is_some());
    }
}
