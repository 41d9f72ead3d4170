//! What was known before: the fingerprints of an earlier report.

use std::collections::HashSet;

use seawall_checks::Evaluation;
use serde::Deserialize;

/// The findings of an earlier run.
#[derive(Clone, Debug, Default)]
pub struct Baseline(HashSet<String>);

/// Why a text is no baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineError(String);

impl std::fmt::Display for BaselineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BaselineError {}

/// How a run compares with its baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Findings that were known: they are no longer in the evaluation.
    pub known: usize,
    /// Findings of the baseline that are gone.
    pub gone: usize,
}

#[derive(Deserialize)]
struct Document {
    schema: String,
    findings: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    fingerprint: String,
}

impl Baseline {
    /// Reads a report that `seawall scan -o json` wrote.
    ///
    /// # Errors
    /// When the text is no such report.
    pub fn read(text: &str) -> Result<Self, BaselineError> {
        let document: Document = serde_json::from_str(text)
            .map_err(|error| BaselineError(format!("not a report of `seawall scan -o json`: {error}")))?;
        if document.schema != "seawall.dev/report/v1" {
            let schema = document.schema.escape_debug().to_string();
            return Err(BaselineError(format!("its schema is `{schema}`, not `seawall.dev/report/v1`")));
        }
        Ok(Baseline(document.findings.into_iter().map(|entry| entry.fingerprint).collect()))
    }

    /// Takes the known findings out of an evaluation. Scores stay what they are.
    pub fn apply(&self, evaluation: &mut Evaluation) -> Compared {
        let before = evaluation.findings.len();
        let mut seen = HashSet::new();
        evaluation.findings.retain(|finding| {
            let print = finding.fingerprint.to_string();
            let known = self.0.contains(&print);
            if known {
                seen.insert(print);
            }
            !known
        });
        Compared { known: before - evaluation.findings.len(), gone: self.0.len() - seen.len() }
    }
}
