//! What an expression may cost.

use std::collections::HashMap;

use regex::Regex;

use super::re2;

/// Bounds of one expression; more is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of its text.
    pub text_bytes: usize,
    /// How deep it may be nested, in its text and in its tree.
    pub depth: u16,
    /// Steps of one evaluation: one for each node met, each item compared and every ten bytes of text made or searched.
    pub steps: u64,
}

impl Default for Limits {
    /// The depth is that of the API server's parser, the steps are its units of a call.
    fn default() -> Self {
        Limits { text_bytes: 1 << 20, depth: 250, steps: 1_000_000 }
    }
}

/// What is left of the steps, and the patterns that have been paid for.
pub(super) struct Budget {
    steps: u64,
    left: u64,
    patterns: HashMap<Box<str>, Option<Regex>>,
}

/// What compiling a pattern costs that is no constant.
const PATTERN: usize = 2_000;

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        Budget { steps: limits.steps, left: limits.steps, patterns: HashMap::new() }
    }

    /// What has been taken.
    pub(super) fn spent(&self) -> u64 {
        self.steps - self.left
    }

    /// Takes steps; an error when they are used up.
    pub(super) fn take(&mut self, steps: usize) -> Result<(), super::EvalError> {
        match self.left.checked_sub(steps as u64) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(super::EvalError::limit())
            }
        }
    }

    /// A pattern that is made on the way; `None` when it is none.
    pub(super) fn pattern(&mut self, text: &str) -> Result<Option<&Regex>, super::EvalError> {
        if !self.patterns.contains_key(text) {
            self.take(PATTERN)?;
            self.patterns.insert(text.into(), re2::compile(text));
        }
        Ok(self.patterns.get(text).and_then(Option::as_ref))
    }

    /// Takes the steps of a text in which a pattern is looked for: more for a long pattern, as for the API server.
    pub(super) fn search(&mut self, bytes: usize, pattern: &str) -> Result<(), super::EvalError> {
        self.text(bytes.saturating_mul((pattern.len() / 4).max(1)))
    }

    /// Takes the steps of a text that is made or searched.
    pub(super) fn text(&mut self, bytes: usize) -> Result<(), super::EvalError> {
        self.take(bytes / 10)
    }
}
