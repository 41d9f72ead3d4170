//! Compares outcomes; the texts of errors are a second score.

use serde_json::Value as Json;

use super::engine::Said;
use crate::conformance::verdict::Outcome;

/// What the suite expects of a rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expected {
    Holds,
    Skipped,
    /// An error with this text.
    Fails(String),
}

impl Expected {
    pub(super) fn new(label: &Json, skipped: bool) -> Self {
        match label.get("error_contains").and_then(Json::as_str) {
            Some(text) => Expected::Fails(text.to_owned()),
            None if skipped => Expected::Skipped,
            None => Expected::Holds,
        }
    }
}

/// Whether the outcome is the expected one.
pub(super) fn score(expected: &Expected, said: &Said) -> Outcome {
    match (expected, said) {
        (Expected::Holds, Said::Holds)
        | (Expected::Skipped, Said::Skipped)
        | (Expected::Fails(_), Said::Fails(_)) => Outcome::Passed,
        _ => Outcome::Failed(format!("expected {expected:?}, got {said:?}")),
    }
}

/// Whether the text of an error is in ours; nothing where none is expected or none was given.
pub(super) fn text_agrees(expected: &Expected, said: &Said) -> Option<bool> {
    match (expected, said) {
        (Expected::Fails(text), Said::Fails(why)) => Some(why.contains(text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn outcomes_decide_and_texts_are_counted() {
        let fails = Expected::new(&json!({ "error_contains": "no such key" }), false);
        let said = Said::Fails("no such key: a evaluating rule: x".to_owned());
        assert_eq!(score(&fails, &said), Outcome::Passed);
        assert_eq!(text_agrees(&fails, &said), Some(true));
        assert_eq!(text_agrees(&fails, &Said::Fails("other".to_owned())), Some(false));
        assert!(matches!(score(&fails, &Said::Holds), Outcome::Failed(_)));
        let holds = Expected::new(&json!("valid"), false);
        assert_eq!(score(&holds, &Said::Holds), Outcome::Passed);
        assert!(matches!(score(&holds, &Said::Skipped), Outcome::Failed(_)));
        assert_eq!(score(&Expected::new(&json!("valid"), true), &Said::Skipped), Outcome::Passed);
        assert_eq!(text_agrees(&holds, &Said::Holds), None);
    }
}
