//! `cel-k8s`, what is known before the run and of custom resources: validation rules over typed values (`crd-rules.jsonl`)
//! and estimated costs (`costs.jsonl`, a second score).

mod engine;
mod score;

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;

use super::records;
use crate::conformance::verdict::{Case, Cases, Outcome, Score, Verdict};

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

#[derive(Deserialize)]
struct CostRecord {
    library: String,
    name: String,
    expr: String,
    expect: Costs,
}

#[derive(Deserialize)]
struct Costs {
    estimated_cost: Option<Estimate>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
struct Estimate {
    min: u64,
    max: u64,
}

/// A cost: it decides no case.
struct EstimateCase {
    name: String,
    expr: String,
    wanted: Estimate,
}

impl Case for EstimateCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        let found = engine::estimate(&self.expr).map(|(min, max)| Estimate { min, max });
        let hit = u64::from(found.as_ref() == Ok(&self.wanted));
        Verdict {
            outcome: Outcome::NotEvaluated(format!("estimated {found:?} for {:?}", self.wanted)),
            scores: vec![Score { name: "estimated costs", hit, of: 1 }],
        }
    }
}

/// Reads the cases, one a rule and one a cost.
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
    for record in records::<CostRecord>(&[dir.join("costs.jsonl")])? {
        let Some(wanted) = record.expect.estimated_cost else { continue };
        let name = format!("estimates/{}/{}", record.library, record.name);
        cases.push(Box::new(EstimateCase { name, expr: record.expr, wanted }));
    }
    Ok(cases)
}
