//! `fix`: edits of YAML, given one by one or as the fix of a check.
//!
//! Cases of the editor (`changes`) must come out byte for byte. Cases of a check come from a tool that writes whole
//! documents anew: it moves keys, indents lists and adds comments of its own. There the same data is asked for, with every
//! line that holds a comment as it was. Both numbers are printed.

mod engine;
mod score;

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

use super::{folders, text};
use crate::conformance::verdict::{Case, Cases, Outcome, Verdict};

#[derive(Deserialize)]
struct Contract {
    case: String,
    expected_file: String,
    #[serde(default)]
    changes: Vec<engine::Change>,
    check: Option<String>,
    #[serde(default)]
    patch: Vec<Mutation>,
}

/// What upstream's check does to an object; its value is a part of that check's configuration.
#[derive(Deserialize)]
struct Mutation {
    value: Option<Value>,
}

struct FixCase {
    name: String,
    text: String,
    work: engine::Work,
    labels: score::Labels,
}

impl Case for FixCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        match engine::run(&self.text, &self.work) {
            Ok(after) => {
                let said = score::Said { data: engine::data(&after), before: &self.text, after: &after };
                score::score(&self.labels, &said)
            }
            Err(engine::Undone::NotBuilt) => Outcome::NotBuilt("checks that are not built".to_owned()).into(),
            Err(engine::Undone::Because(reason)) => Outcome::Failed(reason).into(),
        }
    }
}

/// Reads the cases: one a folder.
pub(super) fn load(dir: &Path) -> Result<Cases> {
    let mut cases: Cases = Vec::new();
    for folder in folders(dir)? {
        let contract = folder.join("expected.json");
        let contract: Contract = serde_json::from_str(&text(&contract)?)
            .with_context(|| format!("in `{}`", contract.display()))?;
        let expected = text(&folder.join(&contract.expected_file))?;
        let work = match contract.check {
            None => engine::Work::Changes(contract.changes),
            Some(check) => {
                let amount = contract.patch.iter().find_map(|mutation| mutation.value.as_ref()?.as_str());
                engine::Work::Check { check, amount: amount.map(str::to_owned) }
            }
        };
        let exact = matches!(work, engine::Work::Changes(_));
        let labels = score::Labels { exact, data: engine::data(&expected), text: expected };
        let text = text(&folder.join("input").join("input.yaml"))?;
        cases.push(Box::new(FixCase { name: contract.case, text, work, labels }));
    }
    Ok(cases)
}
