//! The sentence of a waiver in a comment or an annotation.
//!
//! ```text
//! pod-privileged, pod-host-pid by platform until 2027-01-31 because the agent sets up the network
//! ```

use seawall_core::Date;

use crate::rule::{Checks, checks};

/// What a sentence says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Phrase {
    pub(crate) checks: Checks,
    pub(crate) owner: Option<String>,
    pub(crate) until: Date,
    pub(crate) reason: String,
}

/// How a sentence must look, for messages.
const FORM: &str = "write `CHECK until 2027-01-31 because REASON`";

impl std::str::FromStr for Phrase {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (head, reason) = split(text, "because").ok_or_else(|| format!("no reason is given: {FORM}"))?;
        let (head, until) = split(head, "until").ok_or_else(|| format!("no end is given: {FORM}"))?;
        let (head, owner) = split(head, "by").map_or((head, None), |(head, owner)| (head, Some(owner)));
        if reason.is_empty() {
            return Err(format!("no reason is given: {FORM}"));
        }
        if owner == Some("") {
            return Err("nobody is named after `by`".to_owned());
        }
        let words: Vec<&str> = head.split([',', ' ', '\t']).filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            return Err(format!("no check is named: {FORM}"));
        }
        Ok(Phrase {
            checks: checks(words).map_err(|error| error.to_string())?,
            owner: owner.map(str::to_owned),
            until: until.parse().map_err(|error| format!("{error}"))?,
            reason: reason.to_owned(),
        })
    }
}

/// What stands before and after the first time that a word stands by itself.
fn split<'t>(text: &'t str, word: &str) -> Option<(&'t str, &'t str)> {
    let blank = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
    let bytes = text.as_bytes();
    text.match_indices(word).find_map(|(at, _)| {
        let before = at.checked_sub(1).map_or(Some(&b' '), |before| bytes.get(before));
        (blank(before) && blank(bytes.get(at + word.len())))
            .then(|| (text.get(..at).unwrap_or("").trim(), text.get(at + word.len()..).unwrap_or("").trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_read() {
        let phrase: Phrase =
            "pod-privileged, pod-host-pid by team a until 2027-01-31 because until then because it must"
                .parse()
                .unwrap();
        assert_eq!(phrase.checks, Checks::from(["pod-privileged".into(), "pod-host-pid".into()]));
        assert_eq!(phrase.owner.as_deref(), Some("team a"));
        assert_eq!(phrase.until.to_string(), "2027-01-31");
        assert_eq!(phrase.reason, "until then because it must");
    }

    #[test]
    fn what_is_missing_is_said() {
        for (text, message) in [
            ("pod-privileged until 2027-01-31", "no reason"),
            ("pod-privileged until 2027-01-31 because", "no reason"),
            ("pod-privileged because it must", "no end"),
            ("until 2027-01-31 because x", "no check"),
            ("pod-privileged by until 2027-01-31 because x", "nobody"),
            ("pod-privilege until 2027-01-31 because x", "did you mean `pod-privileged`"),
            ("pod-privileged until 2027-02-30 because x", "`2027-02-30` is no day"),
        ] {
            let error = text.parse::<Phrase>().unwrap_err();
            assert!(error.contains(message), "{text}: {error}");
        }
    }
}
