//! `posture`: which objects a check reports and which it leaves alone.

mod engine;
mod score;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;

use super::{files, records};
use crate::conformance::verdict::{Case, Cases, Outcome, Verdict};

#[derive(Deserialize)]
struct Record {
    case: String,
    check: String,
    objects: Vec<Value>,
    #[serde(default)]
    config: BTreeMap<String, Value>,
    expect_fail: Vec<score::Expected>,
    expect_pass: Vec<score::Object>,
}

struct PostureCase {
    name: String,
    input: engine::Input,
    labels: score::Labels,
}

impl Case for PostureCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        match engine::judge(&self.input) {
            Ok(said) => score::score(&self.labels, &said),
            Err(engine::Unjudged::NotBuilt) => {
                Outcome::NotBuilt("checks that are not built".to_owned()).into()
            }
            Err(engine::Unjudged::Because(reason)) => Outcome::NotEvaluated(reason).into(),
        }
    }
}

/// Reads the cases of all checks.
pub(super) fn load(dir: &Path) -> Result<Cases> {
    let records: Vec<Record> = records(&files(dir, "*.jsonl")?)?;
    let case = |Record { case, check, objects, config, expect_fail, expect_pass }| {
        let input = engine::Input { check, objects, config };
        let labels = score::Labels { expect_fail, expect_pass };
        Box::new(PostureCase { name: case, input, labels }) as Box<dyn Case>
    };
    Ok(records.into_iter().map(case).collect())
}
