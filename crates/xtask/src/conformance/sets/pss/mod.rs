//! `pss`: Kubernetes' own fixtures of Pod Security admission.

mod engine;
mod score;

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;

use super::{files, records};
use crate::conformance::verdict::{Case, Cases, Verdict};

#[derive(Deserialize)]
struct Record {
    case: String,
    level: String,
    versions: Vec<String>,
    check: String,
    allowed: bool,
    pod: Value,
}

struct PssCase {
    name: String,
    input: engine::Input,
    labels: score::Labels,
}

impl Case for PssCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        score::score(&self.labels, &engine::judge(&self.input))
    }
}

/// Reads the fixtures; a case is one pod at one level, for all its versions.
pub(super) fn load(dir: &Path) -> Result<Cases> {
    let records: Vec<Record> = records(&files(dir, "*.jsonl")?)?;
    let case = |Record { case, level, versions, check, allowed, pod }| {
        let labels = score::Labels { restricted: level == "restricted", check, allowed };
        let input = engine::Input { level, versions, pod };
        Box::new(PssCase { name: case, input, labels }) as Box<dyn Case>
    };
    Ok(records.into_iter().map(case).collect())
}
