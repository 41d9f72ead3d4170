//! `netpol-cyclonus`: truth tables of connections between pods, for the features of NetworkPolicy.

mod engine;
mod score;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use serde::Deserialize;

use super::live_network::{Change, Manifests};
use super::{records, text};
use crate::conformance::verdict::{Case, Cases, Verdict};

#[derive(Deserialize)]
struct Record {
    id: String,
    category: String,
    description: String,
    steps: Vec<RecordStep>,
}

#[derive(Deserialize)]
struct RecordStep {
    actions: Vec<Change>,
    pods: Vec<String>,
    table: BTreeMap<String, Vec<String>>,
}

struct CyclonusCase {
    name: String,
    manifests: Manifests,
    steps: Vec<engine::Step>,
    labels: Vec<score::Table>,
}

impl Case for CyclonusCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        score::score(&self.labels, &engine::tables(&self.manifests, &self.steps))
    }
}

pub(super) fn load(dir: &Path) -> Result<Cases> {
    // A plain `y` is a boolean to Kubernetes; the file means the name.
    let cluster = text(&dir.join("cluster.yaml"))?.replace(": y\n", ": 'y'\n");
    let manifests = Manifests::new(Manifests::parse("cluster.yaml", &cluster)?);
    let records: Vec<Record> = records(&[dir.join("cases.jsonl")])?;
    let case = |Record { id, category, description, steps }: Record| {
        let (mut asked, mut labels) = (Vec::new(), Vec::new());
        for RecordStep { actions, pods, table } in steps {
            let ports = table.keys().cloned().collect();
            asked.push(engine::Step { actions, pods: pods.clone(), ports });
            labels.push(score::Table { pods, rows: table });
        }
        let name = format!("{id} ({category}: {description})");
        Box::new(CyclonusCase { name, manifests: manifests.clone(), steps: asked, labels }) as Box<dyn Case>
    };
    Ok(records.into_iter().map(case).collect())
}
