//! `admitted`: what an API server makes of an object that a client sent. The cases are those of `vap-apiserver` that hold
//! both.

mod engine;
mod score;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use seawall_schema::Schemas;
use serde::Deserialize;
use serde_json::Value;

use super::{files, records, text};
use crate::conformance::verdict::{Case, Cases, Verdict};

#[derive(Deserialize)]
struct Record {
    case: String,
    request: Option<Request>,
}

#[derive(Deserialize)]
struct Request {
    operation: String,
    #[serde(default)]
    object: Value,
    #[serde(default)]
    submitted: Value,
}

struct AdmittedCase {
    name: String,
    schemas: Arc<Schemas>,
    created: bool,
    submitted: Value,
    expected: Value,
}

impl Case for AdmittedCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        let seen = engine::admitted(&self.schemas, &self.submitted, self.created);
        score::score(&self.expected, seen, self.created).into()
    }
}

/// Reads the objects that were sent and those that were seen.
pub(super) fn load(dir: &Path) -> Result<Cases> {
    let path = dir.join("cluster.json");
    let cluster: Value =
        serde_json::from_str(&text(&path)?).with_context(|| format!("in `{}`", path.display()))?;
    let definitions = cluster.get("crds").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let schemas = Arc::new(engine::schemas(definitions));
    let mut cases: Cases = Vec::new();
    for Record { case, request } in records::<Record>(&files(dir, "*.jsonl")?)? {
        let Some(Request { operation, object, submitted }) = request else { continue };
        if submitted.is_object() && object.is_object() {
            cases.push(Box::new(AdmittedCase {
                name: case,
                schemas: Arc::clone(&schemas),
                created: operation == "CREATE",
                submitted,
                expected: object,
            }));
        }
    }
    Ok(cases)
}
