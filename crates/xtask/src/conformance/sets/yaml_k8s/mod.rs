//! `yaml-k8s`: what kubectl reads in a text.

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
    yaml: String,
    json: Value,
    error: bool,
}

struct YamlCase {
    name: String,
    text: String,
    labels: score::Labels,
}

impl Case for YamlCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        score::score(&self.labels, &engine::read(&self.text)).into()
    }
}

/// Reads the texts.
pub(super) fn load(dir: &Path) -> Result<Cases> {
    let mut paths = files(dir, "*.jsonl")?;
    paths.extend(files(dir, "*.jsonl.gz")?);
    let records: Vec<Record> = records(&paths)?;
    let case = |Record { case, yaml, json, error }| {
        let labels = score::Labels { spec: json, refused: error };
        Box::new(YamlCase { name: case, text: yaml, labels }) as Box<dyn Case>
    };
    Ok(records.into_iter().map(case).collect())
}
