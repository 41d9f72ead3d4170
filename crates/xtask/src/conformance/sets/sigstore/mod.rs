//! `sigstore`: bundles that a verifier must take or refuse, from the conformance suite of Sigstore's clients.

mod engine;
mod score;

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::{files, records, text};
use crate::conformance::verdict::{Case, Cases, Verdict};

#[derive(Deserialize)]
struct Record {
    name: String,
    bundle: String,
    artifact: String,
    trusted_root: String,
    identity: Option<String>,
    issuer: Option<String>,
    key: Option<String>,
    expect: score::Expected,
}

struct SigstoreCase {
    name: String,
    input: engine::Input,
    expected: score::Expected,
}

impl Case for SigstoreCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        score::score(self.expected, &engine::judge(&self.input)).into()
    }
}

/// Reads the cases, one a line.
pub(super) fn load(dir: &Path) -> Result<Cases> {
    let mut roots: HashMap<String, String> = HashMap::new();
    let mut cases: Cases = Vec::new();
    for record in records::<Record>(&files(dir, "cases.jsonl")?)? {
        let root = match roots.get(&record.trusted_root) {
            Some(root) => root.clone(),
            None => text(&dir.join(&record.trusted_root))?,
        };
        roots.insert(record.trusted_root, root.clone());
        let artifact = dir.join(&record.artifact);
        let artifact =
            fs::read(&artifact).with_context(|| format!("cannot read `{}`", artifact.display()))?;
        let key = record.key.map(|key| text(&dir.join(key))).transpose()?;
        let input = engine::Input {
            bundle: text(&dir.join(&record.bundle))?,
            artifact,
            root,
            identity: record.identity.zip(record.issuer),
            key,
        };
        cases.push(Box::new(SigstoreCase { name: record.name, input, expected: record.expect }));
    }
    Ok(cases)
}
