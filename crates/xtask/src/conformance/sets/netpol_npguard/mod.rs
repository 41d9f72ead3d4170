//! `netpol-npguard`: connectivity, exposure, refused inputs and differences of folders of manifests. A case is one query,
//! one input to refuse, or one pair of folders.

mod engine;
mod peers;
mod score;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

use super::{entries, folders, text};
use crate::conformance::verdict::{Case, Cases, Verdict};

#[derive(Deserialize)]
struct Record {
    case: String,
    #[serde(default)]
    queries: Vec<Query>,
    invalid: Option<String>,
}

#[derive(Deserialize)]
struct Query {
    options: engine::Options,
    connections: Vec<score::Row>,
    exposure: Option<score::Exposure>,
}

#[derive(Deserialize)]
struct Diffs {
    diffs: Vec<Diff>,
}

#[derive(Deserialize)]
struct Diff {
    ref1: String,
    ref2: String,
    rows: Vec<score::DiffRow>,
}

enum Task {
    Query { input: Arc<engine::Input>, options: engine::Options, labels: score::Labels },
    Refuse { input: Arc<engine::Input> },
    Diff { before: Arc<engine::Input>, after: Arc<engine::Input>, rows: Vec<score::DiffRow> },
}

struct NpGuardCase {
    name: String,
    task: Task,
}

impl Case for NpGuardCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        match &self.task {
            Task::Query { input, options, labels } => score::query(labels, engine::query(input, options)),
            Task::Refuse { input } => score::refusal(engine::refusals(input)),
            Task::Diff { before, after, rows } => score::diff(rows, engine::diff(before, after)),
        }
    }
}

/// The texts of a folder with everything below, by neutral names.
fn read_input(folder: &Path) -> Result<engine::Input> {
    let mut files = Vec::new();
    let mut stack = vec![folder.to_owned()];
    while let Some(folder) = stack.pop() {
        for path in entries(&folder)? {
            if path.is_dir() {
                stack.push(path);
                continue;
            }
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("yaml");
            files.push((format!("{:04}.{ending}", files.len()), text(&path)?));
        }
    }
    Ok(engine::Input { files })
}

pub(super) fn load(dir: &Path) -> Result<Cases> {
    let mut cases: Cases = Vec::new();
    for folder in folders(dir)? {
        let file = folder.join("expected.json");
        let record: Record =
            serde_json::from_str(&text(&file)?).with_context(|| format!("in `{}`", file.display()))?;
        let input = Arc::new(read_input(&folder.join("input"))?);
        if record.invalid.is_some() {
            cases.push(Box::new(NpGuardCase {
                name: record.case.clone(),
                task: Task::Refuse { input: Arc::clone(&input) },
            }));
        }
        for (number, query) in record.queries.into_iter().enumerate() {
            let labels = score::Labels { connections: query.connections, exposure: query.exposure };
            let task = Task::Query { input: Arc::clone(&input), options: query.options, labels };
            cases.push(Box::new(NpGuardCase { name: format!("{}#{number}", record.case), task }));
        }
    }
    let diffs: Diffs = serde_json::from_str(&text(&dir.join("diff.json"))?).context("in `diff.json`")?;
    for Diff { ref1, ref2, rows } in diffs.diffs {
        let before = Arc::new(read_input(&dir.join(&ref1).join("input"))?);
        let after = Arc::new(read_input(&dir.join(&ref2).join("input"))?);
        let name = format!("diff:{ref1}..{ref2}");
        cases.push(Box::new(NpGuardCase { name, task: Task::Diff { before, after, rows } }));
    }
    Ok(cases)
}

/// A text that a label gives as one of several JSON forms is kept as it stands.
type Json = Value;
