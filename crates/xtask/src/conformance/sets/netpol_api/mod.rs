//! `netpol-api`: the conformance tests of Kubernetes' network-policy-api. A case is one test, with all its assertions.

mod engine;
mod score;

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::live_network::{Change, Manifests, Question};
use super::{folders, text};
use crate::conformance::verdict::{Case, Cases, Verdict};

#[derive(Deserialize)]
struct Record {
    case: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Step {
    Change(Change),
    Connection { from: String, to: String, protocol: String, port: u16, allowed: bool, test: String },
}

struct ApiCase {
    name: String,
    manifests: Manifests,
    steps: Vec<engine::Step>,
    labels: Vec<score::Label>,
}

impl Case for ApiCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        score::score(&self.labels, &engine::answer(&self.manifests, &self.steps))
    }
}

pub(super) fn load(dir: &Path) -> Result<Cases> {
    let cluster = Manifests::read(&dir.join("cluster.yaml"))?;
    let mut cases: Cases = Vec::new();
    for folder in folders(dir)? {
        let file = folder.join("expected.json");
        let record: Record =
            serde_json::from_str(&text(&file)?).with_context(|| format!("in `{}`", file.display()))?;
        let mut resources = cluster.clone();
        resources.extend(Manifests::read(&folder.join("input").join("policies.yaml"))?);
        let (mut steps, mut labels) = (Vec::new(), Vec::new());
        for step in record.steps {
            steps.push(match step {
                Step::Change(change) => engine::Step::Change(change),
                Step::Connection { from, to, protocol, port, allowed, test } => {
                    let words = format!("{from} -> {to} {protocol}/{port} ({test})");
                    labels.push(score::Label { allowed, words });
                    engine::Step::Ask(Question { from, to, protocol, port })
                }
            });
        }
        let manifests = Manifests::new(resources);
        cases.push(Box::new(ApiCase { name: record.case, manifests, steps, labels }));
    }
    Ok(cases)
}
