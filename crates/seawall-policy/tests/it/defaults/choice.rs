//! Which defaults words choose.

use std::collections::BTreeSet;

use seawall_policy::defaults::{Chosen, DEFAULTS, SETS, known};

use super::chosen;

fn names(words: &str) -> Vec<&'static str> {
    chosen(words).iter().map(|one| one.name).collect()
}

#[test]
fn words_are_sets_and_defaults() {
    assert_eq!(
        names("recommended"),
        ["seccomp", "no-privilege-escalation", "drop-unused-capabilities", "no-token"]
    );
    assert_eq!(
        names("restricted"),
        ["seccomp", "no-privilege-escalation", "run-as-non-root", "drop-capabilities"]
    );
    // In the order in which they are filled in, whatever was written, and each once.
    assert_eq!(names("no-token.seccomp.no-token"), ["seccomp", "no-token"]);
    assert_eq!(names("restricted.seccomp.read-only-root").len(), 5);
    assert!(Chosen::of([]).unwrap().is_empty());
}

#[test]
fn a_word_that_names_nothing_is_an_error() {
    for label in ["", "secomp", "recommended.", "recommended no-token", "Recommended"] {
        let error = Chosen::of_label(label).unwrap_err().to_string();
        assert!(error.starts_with("no default is called `") && error.contains("known are: recommended, "));
    }
}

/// A label's value has at most 63 letters, digits, `-`, `_` and `.`.
#[test]
fn every_name_can_stand_in_a_label() {
    let names = known();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    for name in names {
        let plain = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(name.len() < 32 && name.chars().all(plain) && !name.starts_with('-'), "{name}");
    }
    for one in &DEFAULTS {
        assert!(!one.sets.is_empty() && !one.breaks.is_empty());
        assert!(one.sets_of.iter().all(|set| SETS.iter().any(|(name, _)| name == set)));
    }
}
