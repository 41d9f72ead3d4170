//! Credentials known by their shape alone, wherever they stand.
//!
//! The shapes are those that the issuers publish (GitHub, GitLab, AWS, Slack, Stripe, RFC 7519 for JSON web tokens). What
//! has no shape of its own is not known here.

use std::borrow::Cow;
use std::ops::Range;

/// What stands for a secret, whatever its length.
pub(crate) const MASK: &str = "***";

/// Beginning, the shortest rest, and the punctuation that the rest may have beside letters and digits.
const SHAPES: &[(&str, usize, &str)] = &[
    ("ghp_", 20, ""),
    ("gho_", 20, ""),
    ("ghu_", 20, ""),
    ("ghs_", 20, ""),
    ("ghr_", 20, ""),
    ("github_pat_", 20, "_"),
    ("glpat-", 20, "-_"),
    ("AKIA", 16, ""),
    ("ASIA", 16, ""),
    ("xoxa-", 10, "-"),
    ("xoxb-", 10, "-"),
    ("xoxp-", 10, "-"),
    ("xoxr-", 10, "-"),
    ("xoxs-", 10, "-"),
    ("sk_live_", 10, ""),
    ("rk_live_", 10, ""),
];

/// The shortest token of any shape.
const SHORTEST: usize = 15;

/// Whether two bytes begin a shape: most text is passed by at the cost of one look a byte.
fn begins(pair: &[u8]) -> bool {
    matches!(
        pair,
        [b'g', b'h' | b'i' | b'l'] | [b'A', b'K' | b'S'] | [b'x', b'o'] | [b's' | b'r', b'k'] | [b'e', b'y']
    )
}

/// Where tokens stand in a text, in order and apart from each other.
pub(crate) fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.as_bytes().get(at..).filter(|rest| rest.len() >= SHORTEST) {
        let Some(skip) = rest.windows(2).position(begins) else { break };
        at += skip;
        match text.get(at..).and_then(token_len) {
            Some(len) => {
                found.push(at..at + len);
                at += len;
            }
            None => at += 1,
        }
    }
    found
}

/// The text with every token replaced by `***`.
pub fn redact(text: &str) -> Cow<'_, str> {
    let found = tokens(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut redacted = String::with_capacity(text.len());
    let mut from = 0;
    for token in found {
        redacted.push_str(text.get(from..token.start).unwrap_or(""));
        redacted.push_str(MASK);
        from = token.end;
    }
    redacted.push_str(text.get(from..).unwrap_or(""));
    Cow::Owned(redacted)
}

/// The length of the token that a text begins with.
fn token_len(text: &str) -> Option<usize> {
    let shaped = SHAPES.iter().find_map(|(prefix, shortest, punctuation)| {
        let rest = run(text.strip_prefix(prefix)?, punctuation);
        (rest >= *shortest).then_some(prefix.len() + rest)
    });
    shaped.or_else(|| web_token_len(text))
}

/// A JSON web token: three parts of base64url, of which the first begins as `{"` does.
fn web_token_len(text: &str) -> Option<usize> {
    let mut len = 0;
    for part in 0..3 {
        let rest = text.get(len..)?;
        let run = run(rest, "-_");
        let whole = match part {
            0 => rest.starts_with("eyJ") && run >= 10,
            1 => run >= 4,
            // An unsigned token has no third part.
            _ => true,
        };
        if !whole {
            return None;
        }
        len += run;
        if part < 2 {
            rest.get(run..)?.strip_prefix('.')?;
            len += 1;
        }
    }
    Some(len)
}

fn run(text: &str, punctuation: &str) -> usize {
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || punctuation.as_bytes().contains(b)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_cut_out_and_nothing_else_is() {
        // Built from parts, so that no scanner takes the test for a leak.
        let letters = "16C7e42F292c6912E7710c838347Ae178B4a";
        for token in [
            format!("ghp_{letters}"),
            format!("github_pat_{letters}_{letters}"),
            format!("glpat-{letters}"),
            format!("AKIA{}", "Q3EGRDXPLMWTZ7AB"),
            format!("xoxb-{letters}"),
            format!("sk_live_{letters}"),
            format!("eyJhbGciOiJI.{letters}.{letters}"),
            format!("eyJhbGciOiJI.{letters}."),
        ] {
            assert_eq!(redact(&token), "***");
            assert_eq!(redact(&format!("ü/{token}:latest {token}")), "ü/***:latest ***");
        }
        for plain in ["", "ghp_short", "AKIA", "xoxb-1", "eyJhbGciOiJI", "eyJhbGciOiJI.x", "registry/akia:1"]
        {
            assert_eq!(redact(plain), plain);
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_breaks_and_nothing_is_left(text in "(ghp_|AKIA|eyJ|[a-zA-Z0-9.ü_-]){0,60}") {
            proptest::prop_assert!(tokens(&redact(&text)).is_empty() || text.contains("***"));
        }
    }
}
