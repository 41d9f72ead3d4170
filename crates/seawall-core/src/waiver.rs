//! Who accepted a finding.

use std::sync::Arc;

use crate::{Date, Position};

/// Somebody accepts a finding until a day: it stays in reports and no longer counts against the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// Who answers for it, where that is said.
    pub owner: Option<String>,
    /// Why the finding is accepted.
    pub reason: String,
    /// The last day on which it is.
    pub until: Date,
    /// The file in which the waiver is written.
    pub file: Option<Arc<str>>,
    /// The place in the file, where there is a text.
    pub position: Option<Position>,
}

impl std::fmt::Display for Waiver {
    /// `until 2027-01-31, by team-a: the agent needs it`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "until {}", self.until)?;
        if let Some(owner) = &self.owner {
            write!(f, ", by {owner}")?;
        }
        write!(f, ": {}", self.reason)
    }
}
