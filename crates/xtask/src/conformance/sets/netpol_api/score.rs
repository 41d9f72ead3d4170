//! Compares connections with the labels.

use crate::conformance::verdict::{Outcome, Score, Verdict};

/// What one assertion says.
pub(super) struct Label {
    pub(super) allowed: bool,
    pub(super) words: String,
}

/// A test passes when all its assertions hold.
pub(super) fn score(labels: &[Label], answers: &[Result<bool, String>]) -> Verdict {
    let mut wrong = Vec::new();
    if labels.len() != answers.len() {
        wrong.push(format!("{} answers to {} questions", answers.len(), labels.len()));
    }
    let mut right = 0;
    for (label, answer) in labels.iter().zip(answers) {
        match answer {
            Ok(allowed) if *allowed == label.allowed => right += 1,
            Ok(allowed) => wrong.push(format!("{} is {allowed}", label.words)),
            Err(error) => wrong.push(format!("{}: {error}", label.words)),
        }
    }
    let outcome = if wrong.is_empty() { Outcome::Passed } else { Outcome::Failed(wrong.join("; ")) };
    Verdict { outcome, scores: vec![Score { name: "assertions", hit: right, of: labels.len() as u64 }] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_assertion_must_hold() {
        let label = |allowed| Label { allowed, words: "a -> b".to_owned() };
        let labels = [label(true), label(false)];
        assert_eq!(score(&labels, &[Ok(true), Ok(false)]).outcome, Outcome::Passed);
        for wrong in [&[Ok(true), Ok(true)][..], &[Ok(true)], &[Ok(true), Err("why".to_owned())]] {
            assert!(matches!(score(&labels, wrong).outcome, Outcome::Failed(_)));
        }
    }
}
