//! Compares texts, and what they say.

use serde_json::Value;

use crate::conformance::verdict::{Outcome, Score, Verdict};

/// What a case asserts.
pub(super) struct Labels {
    /// Whether every byte counts; else the data, and what of the text must stay.
    pub(super) exact: bool,
    pub(super) text: String,
    pub(super) data: Option<Vec<Value>>,
}

/// What the product made.
pub(super) struct Said<'c> {
    pub(super) before: &'c str,
    pub(super) after: &'c str,
    pub(super) data: Option<Vec<Value>>,
}

/// A case of the editor passes when every byte is as expected; one of a check when the data is, and no line with a comment
/// is another one.
pub(super) fn score(labels: &Labels, said: &Said<'_>) -> Verdict {
    let bytes = said.after == labels.text;
    let same = said.data.is_some() && said.data == labels.data;
    let outcome = match (labels.exact, bytes, same) {
        (_, true, _) => Outcome::Passed,
        (true, false, true) => Outcome::Failed("the data is right and the bytes are not".to_owned()),
        (_, false, false) => Outcome::Failed("the data is not as expected".to_owned()),
        (false, false, true) => match lost(said.before, said.after) {
            None => Outcome::Passed,
            Some(line) => Outcome::Failed(format!("a line that was to stay is gone: {line:?}")),
        },
    };
    let score = |name, hit: bool| Score { name, hit: hit.into(), of: 1 };
    Verdict { outcome, scores: vec![score("byte-exact", bytes), score("same data", same)] }
}

/// The first line with a comment that does not stand in the new text as it was, in its order.
fn lost<'t>(before: &'t str, after: &str) -> Option<&'t str> {
    let mut rest = after.lines();
    before.lines().filter(|line| line.contains('#')).find(|line| !rest.any(|other| other == *line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(exact: bool, expected: &str, before: &str, after: &str) -> (Outcome, Vec<u64>) {
        let data = |text: &str| Some(vec![Value::from(text.replace([' ', '\n'], ""))]);
        let labels = Labels { exact, text: expected.to_owned(), data: data(expected) };
        let verdict = score(&labels, &Said { before, after, data: data(after) });
        (verdict.outcome, verdict.scores.iter().map(|score| score.hit).collect())
    }

    #[test]
    fn bytes_for_the_editor_and_data_for_checks() {
        assert_eq!(run(true, "a: 1\n", "", "a: 1\n"), (Outcome::Passed, vec![1, 1]));
        assert!(matches!(run(true, "a: 1\n", "", "a:  1\n"), (Outcome::Failed(_), _)));
        assert_eq!(run(false, "a: 1\n", "", "a:  1\n"), (Outcome::Passed, vec![0, 1]));
        assert!(matches!(run(false, "a: 1\n", "", "a: 2\n"), (Outcome::Failed(_), _)));
        let lost = run(false, "a: 1\n", "a: 0\n# why\n", "a:  1\n");
        assert!(matches!(lost, (Outcome::Failed(why), _) if why.contains("# why")));
        let unread = Labels { exact: false, text: "a".to_owned(), data: None };
        let said = Said { before: "", after: "b", data: None };
        assert!(matches!(score(&unread, &said).outcome, Outcome::Failed(_)));
    }
}
