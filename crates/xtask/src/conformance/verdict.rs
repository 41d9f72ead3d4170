//! What a scorer says of a case.

/// Whether a case holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything expected was said and nothing forbidden.
    Passed,
    /// Why not, in words.
    Failed(String),
    /// The engine says that it cannot judge the case, because …
    NotEvaluated(String),
    /// What the case asks for is not built yet.
    NotBuilt(String),
}

/// One part of a second score: it does not decide a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Score {
    /// What is counted.
    pub(crate) name: &'static str,
    /// How many there are.
    pub(crate) hit: u64,
    /// Of how many.
    pub(crate) of: u64,
}

/// The outcome of a case and its second scores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Whether it holds.
    pub(crate) outcome: Outcome,
    /// Second scores, added up by name over a set.
    pub(crate) scores: Vec<Score>,
}

impl From<Outcome> for Verdict {
    fn from(outcome: Outcome) -> Self {
        Verdict { outcome, scores: Vec::new() }
    }
}

/// A case that can be run: it gives its input to the engine and what comes back, with the labels, to the scorer.
pub(crate) trait Case: Send + Sync + 'static {
    /// The stable name.
    fn name(&self) -> &str;
    /// Runs it.
    fn run(&self) -> Verdict;
}

/// Cases of any kind.
pub(crate) type Cases = Vec<Box<dyn Case>>;
