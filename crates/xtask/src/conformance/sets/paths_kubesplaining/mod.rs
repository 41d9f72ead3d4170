//! `paths-kubesplaining`: which subject reaches what by which technique in small clusters, adjudicated.

mod engine;
mod score;

use std::path::Path;

use anyhow::{Context as _, Result};

use super::{files, folders, text};
use crate::conformance::verdict::{Case, Cases, Outcome, Verdict};

struct ClusterCase {
    name: String,
    texts: Vec<String>,
    labels: score::Labels,
}

impl Case for ClusterCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        match engine::say(&self.texts) {
            Ok(said) => score::score(&self.labels, &said),
            Err(why) => Outcome::Failed(why).into(),
        }
    }
}

/// Reads the clusters; a case is one of them.
pub(super) fn load(dir: &Path) -> Result<Cases> {
    let mut cases: Cases = Vec::new();
    for folder in folders(dir)? {
        let texts = files(&folder.join("input"), "*.yaml")?
            .iter()
            .map(|path| text(path))
            .collect::<Result<Vec<_>>>()?;
        let path = folder.join("expected.json");
        let labels =
            serde_json::from_str(&text(&path)?).with_context(|| format!("in `{}`", path.display()))?;
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        cases.push(Box::new(ClusterCase { name, texts, labels }));
    }
    Ok(cases)
}
