//! `vap-apiserver`: what a real API server answered to requests under admission policies.
//!
//! A case holds when the policies that are refused and the verdict are the server's, and so is the object where one was
//! changed. Second scores: texts of denials with code and reason, warnings, audit annotations, objects, and what
//! the server writes into the status of a policy when types do not fit. A denial that names
//! no policy is the server's validation of the object that a policy made: it is counted apart.

mod engine;
mod score;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

use super::{files, records, text};
use crate::conformance::verdict::{Case, Cases, Verdict};

#[derive(Deserialize)]
struct Cluster {
    namespaces: Vec<Value>,
    rbac: Vec<Value>,
    crds: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    case: String,
    policy: Vec<Value>,
    objects: Vec<Value>,
    request: Option<Asked>,
    policy_rejected: Option<Vec<score::Refused>>,
    result: Option<score::Answered>,
    #[serde(default)]
    order_dependent: bool,
    type_checking_warnings: Option<Vec<score::TypeWarning>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    operation: String,
    resource: Resource,
    subresource: String,
    name: String,
    namespace: String,
    user: String,
    groups: Vec<String>,
    #[serde(default)]
    uid: String,
    #[serde(default)]
    extra: BTreeMap<String, Vec<String>>,
    dry_run: bool,
    #[serde(default)]
    query: String,
    object: Option<Value>,
    old_object: Option<Value>,
}

#[derive(Deserialize)]
struct Resource {
    group: String,
    version: String,
    resource: String,
}

struct PolicyCase {
    name: String,
    input: engine::Input,
    labels: score::Labels,
}

impl Case for PolicyCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        score::score(&self.labels, engine::judge(&self.input))
    }
}

/// Reads the cluster and the topics; a case is one line.
pub(super) fn load(dir: &Path) -> Result<Cases> {
    let path = dir.join("cluster.json");
    let Cluster { namespaces, rbac, crds } =
        serde_json::from_str(&text(&path)?).with_context(|| format!("in `{}`", path.display()))?;
    let cluster = Arc::new([namespaces, rbac, crds].concat());
    let mut cases: Cases = Vec::new();
    for path in files(dir, "*.jsonl")? {
        let topic = path.file_stem().and_then(|name| name.to_str()).unwrap_or("").to_owned();
        for record in records::<Record>(&[path])? {
            let Record { case, policy, objects, request, policy_rejected, result, order_dependent, .. } =
                record;
            let warnings = record.type_checking_warnings;
            let mutates = policy
                .iter()
                .any(|policy| policy.get("kind").and_then(Value::as_str) == Some("MutatingAdmissionPolicy"));
            let input = engine::Input { cluster: Arc::clone(&cluster), policies: policy, objects, request };
            let labels =
                score::Labels { refused: policy_rejected, result, order_dependent, mutates, warnings };
            cases.push(Box::new(PolicyCase { name: format!("{topic}/{case}"), input, labels }));
        }
    }
    Ok(cases)
}
