//! Whether a set of names can stand in a rule.

use std::fmt;

use crate::minimize::{Observed, Options};

/// Why a rule is wider than what was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Widened {
    /// More namespaces than the options allow.
    Namespaces(usize),
    /// More names than the options allow.
    Names(usize),
    /// A name ends as the server makes names: it will be another one next time.
    Generated,
    /// New names kept coming while the log was written.
    Growing,
}

impl fmt::Display for Widened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Widened::Namespaces(count) => write!(f, "used in {count} namespaces: granted in all"),
            Widened::Names(count) => write!(f, "{count} names were used: granted for all"),
            Widened::Generated => f.write_str("names look generated: granted for all"),
            Widened::Growing => f.write_str("new names kept coming: granted for all"),
        }
    }
}

/// Names are only called growing when they were watched for a day.
const DAY: i64 = 86_400 * 1_000_000;

/// Why names cannot be kept; `None` when they can.
pub(super) fn unstable(seen: &[(&str, &Observed)], options: &Options) -> Option<Widened> {
    let mut names: Vec<(&str, Option<i64>)> =
        seen.iter().map(|(name, observed)| (*name, observed.first)).collect();
    names.sort_unstable();
    names.dedup_by_key(|(name, _)| *name);
    if names.len() > options.max_names {
        return Some(Widened::Names(names.len()));
    }
    if !options.only_stable_names {
        return None;
    }
    if names.iter().any(|(name, _)| is_generated(name)) {
        return Some(Widened::Generated);
    }
    let first = seen.iter().filter_map(|(_, observed)| observed.first).min()?;
    let last = seen.iter().filter_map(|(_, observed)| observed.last).max()?;
    let middle = first + (last - first) / 2;
    let late = names.iter().filter(|(_, seen)| seen.is_some_and(|at| at > middle)).count();
    (last - first >= DAY && names.len() >= 3 && late * 2 >= names.len()).then_some(Widened::Growing)
}

/// The letters and digits of generated names: no vowels, nothing that is read for another (apimachinery
/// `pkg/util/rand`).
const ALPHABET: &str = "bcdfghjklmnpqrstvwxz2456789";

/// Whether a name ends with the five characters that the server appends for `generateName`, after the hash of a
/// ReplicaSet or with a digit among them (a plain word of five consonants does not occur, `nginx` has a vowel).
fn is_generated(name: &str) -> bool {
    let Some((head, tail)) = name.rsplit_once('-') else { return false };
    let random = |text: &str| text.chars().all(|c| ALPHABET.contains(c));
    let hash = head.rsplit('-').next().is_some_and(|hash| (8..=10).contains(&hash.len()) && random(hash));
    tail.len() == 5 && random(tail) && (hash || tail.contains(|c: char| c.is_ascii_digit()) && tail.contains(|c: char| c.is_ascii_lowercase()))
        // Jobs of a CronJob end with the minute that they are for.
        || tail.len() == 8 && tail.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Request;

    #[test]
    fn generated_names() {
        for name in [
            "web-6d4cf56db6-x7k2p",
            "web-6d4cf56db6-xkzpq",
            "job-29384750",
            "fluentd-8zl4k",
            "node-exporter-mhwj9",
        ] {
            assert!(is_generated(name), "{name}");
        }
        for name in
            ["web", "web-0", "app-config", "kube-root-ca", "web-nginx", "db-12345", "a-2026", "tls-certs"]
        {
            assert!(!is_generated(name), "{name}");
        }
    }

    fn seen(days: &[i64]) -> Option<Widened> {
        let observed: Vec<Observed> = days
            .iter()
            .map(|day| Observed {
                request: Request::resource("get", "", "pods"),
                allowed: 1,
                denied: 0,
                first: Some(day * DAY),
                last: Some(day * DAY),
                audit_id: "a".into(),
            })
            .collect();
        let names: Vec<String> = (0..days.len()).map(|n| format!("name-{n}")).collect();
        let pairs: Vec<(&str, &Observed)> = names.iter().map(String::as_str).zip(&observed).collect();
        unstable(&pairs, &Options::default())
    }

    #[test]
    fn few_and_steady_names_are_kept() {
        assert_eq!(seen(&[0, 0, 0, 9]), None);
        assert_eq!(seen(&[0, 5]), None);
        assert_eq!(seen(&[0, 3, 6, 9]), Some(Widened::Growing));
        assert_eq!(seen(&[0, 0, 0, 0, 0, 0]), Some(Widened::Names(6)));
    }
}
