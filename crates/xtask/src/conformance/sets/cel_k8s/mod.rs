//! `cel-k8s`: values, errors and costs of expressions with the libraries of Kubernetes, from the API server's own tests.
//!
//! A case is a line of `libraries.jsonl` or `admission-variables.jsonl`, or of `costs.jsonl`: what it may cost and what it costs
//! must both be the API server's. Each of the two is counted by itself, too.

mod costs;
mod engine;
mod score;

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;

use super::records;
use crate::conformance::verdict::{Case, Cases, Score, Verdict};

#[derive(Deserialize)]
struct Record {
    library: String,
    name: String,
    expr: String,
    library_version: Option<u16>,
    environment_version: Option<String>,
    environment: Option<String>,
    per_call_cost_limit: Option<u64>,
    #[serde(flatten)]
    variables: serde_json::Map<String, Value>,
    expect: score::Expected,
}

impl Record {
    /// The minor release whose libraries the expression sees; nothing: all of them.
    fn minor(&self) -> Option<u16> {
        if self.environment.as_deref() == Some("stored") {
            return None;
        }
        self.environment_version.as_deref()?.strip_prefix("1.")?.parse().ok()
    }
}

struct LibraryCase {
    name: String,
    input: engine::Input,
    expected: score::Expected,
}

impl Case for LibraryCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        let said = engine::judge(&self.input);
        let text = score::text_agrees(&self.expected, &said);
        let scores = text.map(|hit| Score { name: "text of errors", hit: u64::from(hit), of: 1 });
        Verdict { outcome: score::score(&self.expected, said), scores: scores.into_iter().collect() }
    }
}

/// Reads the cases, one a line.
pub(super) fn load(dir: &Path) -> Result<Cases> {
    let mut cases: Cases = Vec::new();
    let files = ["libraries.jsonl", "admission-variables.jsonl"].map(|file| dir.join(file));
    for record in records::<Record>(&files)? {
        let name = format!("{}/{}", record.library, record.name);
        let minor = record.minor();
        // The first version of this library was in no release.
        let strict_semver = record.library == "semver" && record.library_version == Some(0);
        let expected = if strict_semver { score::Expected::default() } else { record.expect };
        let input = engine::Input {
            expr: record.expr,
            variables: record.variables,
            minor,
            cost_limit: record.per_call_cost_limit,
        };
        cases.push(Box::new(LibraryCase { name, input, expected }));
    }
    for record in records::<Record>(&[dir.join("costs.jsonl")])? {
        let Some(cost) = record.expect.runtime_cost else { continue };
        let name = format!("costs/{}/{}", record.library, record.name);
        let estimated = record.expect.estimated_cost;
        cases.push(Box::new(costs::CostCase { name, expr: record.expr, estimated, cost }));
    }
    Ok(cases)
}
