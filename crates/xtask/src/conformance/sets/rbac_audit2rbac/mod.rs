//! `rbac-audit2rbac`: least-privilege rules from observed requests.

mod engine;
mod score;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::{records, text};
use crate::conformance::verdict::{Case, Cases, Verdict};

#[derive(Deserialize)]
struct Record {
    name: String,
    options: engine::CaseOptions,
    requests: Vec<engine::Asked>,
    expected: score::Expected,
}

#[derive(Deserialize)]
struct Demo {
    requests_by_user: BTreeMap<String, Vec<engine::Asked>>,
}

struct OptionCase {
    name: String,
    options: engine::CaseOptions,
    requests: Vec<engine::Asked>,
    expected: score::Expected,
}

impl Case for OptionCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        score::rules(&self.expected, engine::rules(&self.options, &self.requests))
    }
}

/// A log, and requests about which the roles made from it are asked.
struct LogCase {
    log: String,
    questions: BTreeMap<String, Vec<engine::Asked>>,
}

impl Case for LogCase {
    fn name(&self) -> &str {
        "demo"
    }

    fn run(&self) -> Verdict {
        score::coverage(engine::coverage(&self.log, &self.questions))
    }
}

/// Reads the cases and the log.
pub(super) fn load(dir: &Path) -> Result<Cases> {
    let records: Vec<Record> = records(&[dir.join("cases.jsonl")])?;
    let mut cases: Cases = Vec::new();
    for Record { name, options, requests, expected } in records {
        cases.push(Box::new(OptionCase { name, options, requests, expected }));
    }
    let demo = dir.join("demo");
    if demo.is_dir() {
        let expected = demo.join("expected.json");
        let Demo { requests_by_user } = serde_json::from_str(&text(&expected)?)
            .with_context(|| format!("in `{}`", expected.display()))?;
        let log = text(&demo.join("input/audit.log"))?;
        cases.push(Box::new(LogCase { log, questions: requests_by_user }));
    }
    Ok(cases)
}
