//! Runs the steps of a test on a live model.

use super::super::live_network::{Change, Live, Manifests, Question};

/// One step of a test.
pub(super) enum Step {
    Change(Change),
    Ask(Question),
}

/// What the model says to each question, in order.
pub(super) fn answer(manifests: &Manifests, steps: &[Step]) -> Vec<Result<bool, String>> {
    let mut live = Live::start(manifests);
    let mut answers = Vec::new();
    for step in steps {
        match step {
            Step::Ask(question) => answers.push(live.ask(question)),
            Step::Change(change) => {
                if let Err(error) = live.change(change) {
                    answers.push(Err(error));
                }
            }
        }
    }
    answers
}
