//! How texts of policies match: exactly, by their beginning or end, or by being there at all.
//!
//! Source: `pilot/pkg/security/authz/matcher` and `model/generator.go` of istio/istio for Envoy, `src/rbac.rs` of
//! istio/ztunnel.

/// Whether a text meets a pattern of a policy: `abc`, `abc*`, `*abc`, or `*` for any text that is not empty. A `*` in any
/// other place is an ordinary character.
pub(super) fn meets(pattern: &str, text: &str) -> bool {
    if pattern == "*" {
        return !text.is_empty();
    }
    if let Some(end) = pattern.strip_prefix('*') {
        return text.ends_with(end);
    }
    match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => pattern == text,
    }
}

/// Whether a text meets a pattern in which every `*` stands for any run of characters, also none.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        // The first place is as good as any: what follows has the more room.
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for (pattern, text, expected) in [
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("abc*", "abc", true),
            ("abc*", "abcd", true),
            ("*abc", "xabc", true),
            ("*abc", "abcx", false),
            ("*", "", false),
            ("*", "x", true),
            ("a*c", "abc", false),
            ("*b*", "abc", false),
            ("*b*", "xb*", true),
        ] {
            assert_eq!(meets(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn globs() {
        for (pattern, text, expected) in [
            ("*/ns/prod-*/*", "spiffe://td/ns/prod-a/sa/x", true),
            ("*/ns/prod/*", "spiffe://td/ns/prod-a/sa/x", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "abc", true),
            ("a*b*c", "ac", false),
            ("ab*ba", "aba", false),
            ("", "", true),
            ("*", "", true),
        ] {
            assert_eq!(glob(pattern, text), expected, "{pattern} {text}");
        }
    }
}
