//! Compares verdicts with those that the library's own suite asserts.

use serde::Deserialize;

use super::engine::Said;
use crate::conformance::verdict::Outcome;

/// What a case asserts.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Expected {
    /// Allowed, without a warning.
    Pass,
    /// Denied.
    Fail,
    /// Allowed, with a warning.
    Warn,
}

/// A case passes when the verdict is the asserted one.
pub(super) fn score(expected: Expected, said: Result<Said, String>) -> Outcome {
    let said = match said {
        Ok(said) => said,
        Err(reason) => return Outcome::NotEvaluated(reason),
    };
    let found = match (said.denials.first(), said.warnings.first()) {
        (Some(_), _) => Expected::Fail,
        (None, Some(_)) => Expected::Warn,
        (None, None) => Expected::Pass,
    };
    if found == Expected::Pass
        && let Some(reason) = said.not_judged.first()
    {
        return Outcome::NotEvaluated(reason.clone());
    }
    if found == expected {
        return Outcome::Passed;
    }
    let text = said.denials.first().or(said.warnings.first());
    let text = text.map_or("nothing", String::as_str);
    Outcome::Failed(format!("{found:?}, the suite asserts {expected:?}: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_asserted_verdict_passes() {
        let denied = || Said { denials: vec!["no".into()], ..Said::default() };
        assert_eq!(score(Expected::Fail, Ok(denied())), Outcome::Passed);
        assert!(matches!(score(Expected::Pass, Ok(denied())), Outcome::Failed(_)));
        assert_eq!(score(Expected::Pass, Ok(Said::default())), Outcome::Passed);
        let unknown = Said { not_judged: vec!["why".into()], ..Said::default() };
        assert_eq!(score(Expected::Pass, Ok(unknown)), Outcome::NotEvaluated("why".into()));
        let warned = Said { warnings: vec!["hm".into()], ..Said::default() };
        assert_eq!(score(Expected::Warn, Ok(warned)), Outcome::Passed);
    }
}
