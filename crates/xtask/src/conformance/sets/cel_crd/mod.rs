//! `cel-k8s`, what is of custom resources: validation rules over typed values (`crd-rules.jsonl`).

mod engine;
mod score;

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;

use super::records;
use crate::conformance::verdict::{Case, Cases, Score, Verdict};

#[derive(Deserialize)]
struct Group {
    group: String,
    schema: Value,
    #[serde(rename = "self")]
    own: Value,
    #[serde(rename = "oldSelf")]
    old: Option<Value>,
    #[serde(default)]
    root: bool,
    #[serde(default)]
    expect_skipped: bool,
    cases: Vec<RuleCase>,
}

#[derive(Deserialize)]
struct RuleCase {
    expr: String,
    expect: Value,
}

struct CrdCase {
    name: String,
    input: engine::Input,
    expected: score::Expected,
}

impl Case for CrdCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        let said = engine::judge(&self.input);
        let text = score::text_agrees(&self.expected, &said);
        let scores = text.map(|hit| Score { name: "text of errors", hit: u64::from(hit), of: 1 });
        Verdict { outcome: score::score(&self.expected, &said), scores: scores.into_iter().collect() }
    }
}

/// Reads the cases, one a rule.
pub(super) fn load(dir: &Path) -> Result<Cases> {
    let mut cases: Cases = Vec::new();
    for group in records::<Group>(&[dir.join("crd-rules.jsonl")])? {
        for (number, case) in group.cases.into_iter().enumerate() {
            cases.push(Box::new(CrdCase {
                name: format!("crd-rules/{}/{number}", group.group),
                input: engine::Input {
                    schema: group.schema.clone(),
                    own: group.own.clone(),
                    old: group.old.clone().filter(|old| !old.is_null()),
                    root: group.root,
                    expr: case.expr,
                },
                expected: score::Expected::new(&case.expect, group.expect_skipped),
            }));
        }
    }
    Ok(cases)
}
