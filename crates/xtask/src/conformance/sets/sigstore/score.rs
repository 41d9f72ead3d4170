//! Compares verdicts with the labels.

use serde::Deserialize;

use crate::conformance::verdict::Outcome;

/// What a verifier must say.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Expected {
    Pass,
    Fail,
}

/// A case passes when what must verify does, and what must not is refused.
pub(super) fn score(expected: Expected, said: &Result<(), String>) -> Outcome {
    match (expected, said) {
        (Expected::Pass, Ok(())) | (Expected::Fail, Err(_)) => Outcome::Passed,
        (Expected::Pass, Err(why)) => Outcome::Failed(format!("refused: {why}")),
        (Expected::Fail, Ok(())) => Outcome::Failed("verified what must be refused".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_are_judged() {
        let refused = Err("why".to_owned());
        for (expected, said, outcome) in [
            (Expected::Pass, Ok(()), Outcome::Passed),
            (Expected::Fail, refused.clone(), Outcome::Passed),
            (Expected::Pass, refused, Outcome::Failed("refused: why".into())),
            (Expected::Fail, Ok(()), Outcome::Failed("verified what must be refused".into())),
        ] {
            assert_eq!(score(expected, &said), outcome);
        }
    }
}
