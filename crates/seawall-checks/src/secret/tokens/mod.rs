//! Finds tokens by the formats that their vendors gave them.
//!
//! One pass of one Aho–Corasick automaton over the fixed beginnings; only where one is found, the regular expression of
//! that format runs, anchored there. Found texts are never kept.

mod formats;
mod proof;

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;
use seawall_core::{Confidence, Severity};

pub(crate) use formats::{FORMATS, Format};

/// A token found in a text.
#[derive(Clone, Copy)]
pub(crate) struct Found {
    /// What it is.
    pub(crate) format: &'static Format,
    /// Its length in characters.
    pub(crate) length: usize,
    /// How sure it is that the token is real.
    pub(crate) confidence: Confidence,
    /// What it opens.
    pub(crate) severity: Severity,
}

/// The shortest text that can hold a token: an AWS access key id has 20 characters, and a few have less room around.
const SHORTEST: usize = 16;

struct Scanner {
    beginnings: AhoCorasick,
    /// The formats that a beginning may start, by the number of the beginning.
    of_beginning: Vec<Vec<(&'static Format, Regex)>>,
}

static SCANNER: LazyLock<Option<Scanner>> = LazyLock::new(Scanner::new);

impl Scanner {
    /// `None` is impossible: a unit test compiles every format.
    fn new() -> Option<Self> {
        let mut words: Vec<&str> =
            FORMATS.iter().flat_map(|format| format.beginnings.iter().copied()).collect();
        words.sort_unstable();
        words.dedup();
        let compile = |word: &&str| {
            let formats = FORMATS.iter().filter(|format| format.beginnings.contains(word));
            formats
                .map(|format| Some((format, Regex::new(&format!("^(?:{})", format.pattern)).ok()?)))
                .collect()
        };
        let of_beginning: Option<Vec<_>> = words.iter().map(compile).collect();
        let beginnings = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&words).ok()?;
        Some(Scanner { beginnings, of_beginning: of_beginning? })
    }
}

/// All tokens in a text, in order.
pub(crate) fn find(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    if text.len() < SHORTEST {
        return found;
    }
    let Some(scanner) = SCANNER.as_ref() else { return found };
    let mut from = 0;
    while let Some(hit) = text.get(from..).and_then(|rest| scanner.beginnings.find(rest)) {
        let start = from + hit.start();
        let formats = scanner.of_beginning.get(hit.pattern().as_usize()).map_or(&[][..], Vec::as_slice);
        let token = formats.iter().find_map(|(format, pattern)| at(text, start, format, pattern));
        from = match token {
            Some((token, end)) => {
                found.push(token);
                end
            }
            None => from + hit.end(),
        };
    }
    found
}

/// The token of a format whose beginning stands at `start`, and where it ends.
fn at(text: &str, start: usize, format: &'static Format, pattern: &Regex) -> Option<(Found, usize)> {
    let first = start - text.get(..start)?.bytes().rev().take_while(|byte| (format.before)(*byte)).count();
    let before = text.get(..first)?.chars().next_back();
    if format.bounded && before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    let whole = pattern.find(text.get(first..)?)?;
    let token = whole.as_str();
    let after = text.get(first + whole.end()..)?.chars().next();
    if format.bounded && after.is_some_and(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    let judged = (format.proof)(token, text)?;
    if is_made_up(token) {
        return None;
    }
    let found = Found {
        format,
        length: token.chars().count(),
        confidence: judged.min(format.confidence),
        severity: format.severity_of(token),
    };
    Some((found, first + whole.end()))
}

/// Whether a token is one of documentation: it says so, or repeats one character.
fn is_made_up(token: &str) -> bool {
    let lower = token.to_ascii_lowercase();
    if [
        "example",
        "placeholder",
        "redacted",
        "changeme",
        "yourtoken",
        "your-",
        "your_",
        "xxxxxx",
        "******",
        "000000000",
        "...",
        "1234-1234",
        "abcdefghijklmnopqrstuv",
    ]
    .iter()
    .any(|word| lower.contains(word))
    {
        return true;
    }
    let body = token.rsplit(['-', '_', '.', ':']).find(|part| part.len() >= 12).unwrap_or(token);
    let mut letters: Vec<char> = body.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    letters.len() < 6
}

#[cfg(test)]
#[allow(clippy::string_slice)]
mod tests {
    use super::*;

    /// A token is put together at run time, so that no scanner of repositories takes this file for a leak.
    fn one(prefix: &str, body: &str) -> Vec<(&'static str, Confidence)> {
        find(&format!("x={prefix}{body} ")).iter().map(|found| (found.format.id, found.confidence)).collect()
    }

    const HEX: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00123456789abcdeffedcba9876543210";
    const MIX: &str = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6a7B8c9D0e1F2g3H4i5J6k7L8m9N0";

    #[test]
    fn every_format_compiles_and_is_found() {
        assert!(SCANNER.is_some());
        let seen: std::collections::BTreeSet<&str> = FORMATS.iter().map(|format| format.id).collect();
        assert_eq!(seen.len(), FORMATS.len(), "an id stands twice");
        let pem = format!("{}PRIVATE KEY-----\n{MIX}{MIX}\n-----END", "-----BEGIN ");
        assert_eq!(find(&pem).first().map(|found| found.format.id), Some("private-key"));
        let jwt_header = "eyJhbGciOiJIUzI1NiJ9";
        for (id, prefix, body) in [
            ("aws-access-key", "AKIA", "QY6ZR3WVTB4UNKDE".to_owned()),
            ("github-token", "ghp_", MIX[..36].to_owned()),
            ("github-fine-grained", "github_pat_", format!("{}_{}", &MIX[..22], &MIX[..59])),
            ("gitlab-token", "glpat-", MIX[..20].to_owned()),
            ("slack-token", "xoxb-", format!("123456789012-123456789012-{}", &MIX[..24])),
            (
                "slack-webhook",
                "https://hooks.slack.com/services/",
                format!("T0A1B2C3D/B0A1B2C3D/{}", &MIX[..24]),
            ),
            ("stripe-key", "sk_live_", MIX[..24].to_owned()),
            ("google-api-key", "AIza", MIX[..35].to_owned()),
            ("google-oauth-secret", "GOCSPX-", MIX[..28].to_owned()),
            ("npm-token", "npm_", MIX[..36].to_owned()),
            ("pypi-token", "pypi-AgEIcHlwaS5vcmc", MIX[..60].to_owned()),
            ("twilio-key", "SK", HEX[..32].to_owned()),
            ("sendgrid-key", "SG.", format!("{}.{}", &MIX[..22], &MIX[..43])),
            ("mailgun-key", "key-", HEX[..32].to_owned()),
            ("shopify-token", "shpat_", HEX[..32].to_owned()),
            ("square-token", "sq0atp-", MIX[..22].to_owned()),
            ("azure-storage-key", "AccountKey=", format!("{}==", &format!("{MIX}{MIX}")[..86])),
            ("azure-client-secret", "abc8Q~", MIX[..34].to_owned()),
            ("digitalocean-token", "dop_v1_", HEX.to_owned()),
            ("telegram-token", "123456789:AA", MIX[..33].to_owned()),
            (
                "discord-webhook",
                "https://discord.com/api/webhooks/",
                format!("123456789012345678/{}", &MIX[..68]),
            ),
            ("jwt", jwt_header, format!(".eyJ{}.{}", &MIX[..30], &MIX[..43])),
            ("openai-key", "sk-proj-", MIX[..60].to_owned()),
            ("anthropic-key", "sk-ant-api03-", format!("{MIX}{}AA", &MIX[..13])),
            ("huggingface-token", "hf_", "aQbWcEdRfTgYhUjIkOlPzXsCvDnFmGqHwJ".to_owned()),
            ("vault-token", "hvs.", MIX[..30].to_owned()),
            ("terraform-token", "a1B2c3D4e5F6g7.atlasv1.", MIX[..64].to_owned()),
            ("docker-token", "dckr_pat_", MIX[..27].to_owned()),
            ("databricks-token", "dapi", HEX[..32].to_owned()),
            ("newrelic-key", "NRAK-", "QY6ZR3WVTB4UNKDEQY6ZR3WVTB4".to_owned()),
            ("grafana-token", "glsa_", format!("{}_{}", &MIX[..32], &HEX[..8])),
            (
                "age-key",
                "AGE-SECRET-KEY-1",
                "QY6ZR3WVTB4UNKDEQY6ZR3WVTB4UNKDEQY6ZR3WVTB4UNKDEQY6ZR3WVTB".to_owned(),
            ),
            ("tailscale-key", "tskey-auth-", format!("{}-{}", &MIX[..12], &MIX[..32])),
            ("pulumi-token", "pul-", HEX[..40].to_owned()),
            ("rubygems-key", "rubygems_", HEX[..48].to_owned()),
            ("atlassian-token", "ATATT3", format!("{MIX}{MIX}{MIX}")[..186].to_owned()),
        ] {
            assert_eq!(one(prefix, &body).first().map(|found| found.0), Some(id), "{id}");
        }
    }

    #[test]
    fn made_up_and_embedded_texts_are_no_tokens() {
        for (prefix, body) in [
            ("AKIA", "IOSFODNN7EXAMPLE"),
            ("ghp_", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
            ("AKIA", "AAAAAAAAAAAAAAAA"),
            ("MYAKIA", "QY6ZR3WVTB4UNKDE"),
            ("AKIA", "QY6ZR3WVTB4UNKDEF"),
            ("eyJ", "hello.eyJworldworld.aaaaaaaaaaaaaaaaaaaa"),
            ("-----BEGIN ", "PRIVATE KEY-----\n<your key>\n"),
        ] {
            assert!(one(prefix, body).is_empty(), "{prefix}{body}");
        }
    }

    #[test]
    fn a_checksum_raises_confidence() {
        let body = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5";
        let right = format!("{body}{}", proof::checksum(body));
        assert_eq!(one("ghp_", &right), [("github-token", Confidence::High)]);
        assert_eq!(one("ghp_", &format!("{body}abcdef")), [("github-token", Confidence::Medium)]);
    }
}
