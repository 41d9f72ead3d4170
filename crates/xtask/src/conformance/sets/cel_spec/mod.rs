//! `cel-spec`: values and errors of expressions, from the suite of the language definition.
//!
//! Second scores: the runnable cases, and those of the language surface of Kubernetes among them.

mod engine;
mod score;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;

use super::{files, records};
use crate::conformance::verdict::{Case, Cases, Outcome, Score, Verdict};

#[derive(Deserialize)]
struct Record {
    file: String,
    section: String,
    name: String,
    expr: String,
    #[serde(default)]
    container: String,
    #[serde(default)]
    declared: BTreeMap<String, String>,
    #[serde(default)]
    bindings: BTreeMap<String, Value>,
    #[serde(default)]
    disable_check: bool,
    #[serde(default)]
    expect: score::Expected,
    skip_reason: Option<String>,
    kubernetes: bool,
}

struct CelCase {
    name: String,
    input: engine::Input,
    labels: score::Labels,
    skip: Option<String>,
}

impl Case for CelCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        if let Some(skip) = &self.skip {
            return Outcome::NotBuilt(format!("asks for {skip}")).into();
        }
        let outcome = score::score(&self.labels, engine::judge(&self.input));
        let hit = u64::from(outcome == Outcome::Passed);
        let mut scores = vec![Score { name: "runnable", hit, of: 1 }];
        if self.labels.kubernetes {
            scores.push(Score { name: "in Kubernetes", hit, of: 1 });
        }
        Verdict { outcome, scores }
    }
}

/// Reads the cases, one a line.
pub(super) fn load(dir: &Path) -> Result<Cases> {
    let mut cases: Cases = Vec::new();
    for record in records::<Record>(&files(dir, "*.jsonl")?)? {
        let Record { file, section, name, expr, container, declared, bindings, .. } = record;
        let checked = !record.disable_check;
        cases.push(Box::new(CelCase {
            name: format!("{file}/{section}/{name}"),
            input: engine::Input {
                expr,
                container,
                declared: declared.into_keys().collect(),
                bindings,
                checked,
            },
            labels: score::Labels { expected: record.expect, kubernetes: record.kubernetes },
            skip: record.skip_reason,
        }));
    }
    Ok(cases)
}
