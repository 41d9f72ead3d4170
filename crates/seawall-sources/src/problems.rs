//! Problems in bounded number: hostile input must not fill the memory with complaints.

use seawall_core::{Problem, ProblemSeverity};

/// Problems of one file that are kept; people repair the first ones and run again.
const MAX_PROBLEMS: usize = 1_000;

/// Collects the problems of one file and counts those that are too many.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    kept: Vec<Problem>,
    more: usize,
}

impl Problems {
    pub(crate) fn push(&mut self, problem: Problem) {
        if self.kept.len() < MAX_PROBLEMS {
            self.kept.push(problem);
        } else {
            self.more += 1;
        }
    }

    pub(crate) fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }

    /// The problems, with a last one that counts the rest.
    pub(crate) fn finish(mut self) -> Vec<Problem> {
        if self.more > 0 {
            let message = format!("{} more problems of this file are not listed", self.more);
            self.kept.push(Problem::new(ProblemSeverity::Error, message));
        }
        self.kept
    }
}
