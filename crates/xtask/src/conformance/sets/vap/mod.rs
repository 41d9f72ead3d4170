//! `vap`: policies of the Kubescape library on objects as users submit them.

mod engine;
mod score;

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;

use super::{files, folders, records, text};
use crate::conformance::verdict::{Case, Cases, Verdict};

#[derive(Deserialize)]
struct Record {
    name: String,
    operation: String,
    resource: Resource,
    namespace: Option<String>,
    object: Value,
    binding: String,
    params: Option<String>,
    expect: score::Expected,
}

#[derive(Deserialize)]
struct Resource {
    group: String,
    version: String,
    resource: String,
}

struct LibraryCase {
    name: String,
    input: engine::Input,
    expect: score::Expected,
}

impl Case for LibraryCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        score::score(self.expect, engine::judge(&self.input)).into()
    }
}

/// Reads the controls; a case is one line.
pub(super) fn load(dir: &Path) -> Result<Cases> {
    let definition = Arc::new(text(&dir.join("params/crd.yaml"))?);
    let mut cases: Cases = Vec::new();
    for folder in folders(dir)? {
        for path in files(&folder, "cases.jsonl")? {
            let control = folder.file_name().and_then(|name| name.to_str()).unwrap_or("").to_owned();
            let policy = Arc::new(text(&folder.join("policy.yaml"))?);
            for record in records::<Record>(&[path])? {
                let Record { name, operation, resource, namespace, object, binding, params, expect } = record;
                let input = engine::Input {
                    policy: Arc::clone(&policy),
                    definition: Arc::clone(&definition),
                    binding: text(&file(dir, "bindings", &binding))?,
                    params: params.map(|params| text(&file(dir, "params", &params))).transpose()?,
                    operation,
                    resource: (resource.group, resource.version, resource.resource),
                    namespace: namespace.unwrap_or_default(),
                    object,
                };
                cases.push(Box::new(LibraryCase { name: format!("{control}/{name}"), input, expect }));
            }
        }
    }
    Ok(cases)
}

/// A file beside the controls, named with its folder or without.
fn file(dir: &Path, folder: &str, name: &str) -> std::path::PathBuf {
    if name.contains('/') { dir.join(name) } else { dir.join(folder).join(name) }
}
