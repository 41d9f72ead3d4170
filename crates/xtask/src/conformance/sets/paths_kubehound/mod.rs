//! `paths-kubehound`: single attack edges of one cluster, from KubeHound's system tests, adjudicated.

mod engine;
mod score;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, Result};

use super::{files, folders, text};
use crate::conformance::verdict::{Case, Cases, Outcome, Verdict};

struct EdgeCase {
    name: String,
    cluster: Arc<Cluster>,
    labels: score::Labels,
}

/// The texts of the cluster and, once asked for, what the engine says of it: all cases ask about the same one.
struct Cluster {
    texts: Vec<String>,
    said: OnceLock<Result<Vec<engine::Said>, String>>,
}

impl Case for EdgeCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        match self.cluster.said.get_or_init(|| engine::edges(&self.cluster.texts)) {
            Ok(said) => score::score(&self.labels, said),
            Err(why) => Outcome::Failed(why.clone()).into(),
        }
    }
}

/// Reads the cluster and the edge tests; a case is one kind of edge.
pub(super) fn load(dir: &Path) -> Result<Cases> {
    let texts =
        files(&dir.join("cluster"), "*.yaml")?.iter().map(|path| text(path)).collect::<Result<Vec<_>>>()?;
    let cluster = Arc::new(Cluster { texts, said: OnceLock::new() });
    let mut cases: Cases = Vec::new();
    for folder in folders(&dir.join("edges"))? {
        let path = folder.join("expected.json");
        let labels =
            serde_json::from_str(&text(&path)?).with_context(|| format!("in `{}`", path.display()))?;
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        cases.push(Box::new(EdgeCase { name, cluster: Arc::clone(&cluster), labels }));
    }
    Ok(cases)
}
