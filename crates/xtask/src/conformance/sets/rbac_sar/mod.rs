//! `rbac-sar`: what a real API server answered to SubjectAccessReviews.

mod engine;
mod score;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;

use super::{files, text};
use crate::conformance::verdict::{Case, Cases, Verdict};

#[derive(Deserialize)]
struct Cluster {
    objects: Vec<Value>,
    questions: Vec<Question>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    user: String,
    groups: Vec<String>,
    resource: Option<Resource>,
    non_resource: Option<NonResource>,
    allowed: bool,
}

#[derive(Deserialize)]
struct Resource {
    group: String,
    resource: String,
    subresource: String,
    verb: String,
    namespace: String,
    name: String,
}

#[derive(Deserialize)]
struct NonResource {
    path: String,
    verb: String,
}

struct SarCase {
    name: String,
    input: engine::Input,
    allowed: bool,
}

impl Case for SarCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        score::score(self.allowed, engine::judge(&self.input)).into()
    }
}

/// Reads the clusters; a case is one question.
pub(super) fn load(dir: &Path) -> Result<Cases> {
    let mut cases: Cases = Vec::new();
    for path in files(dir, "*.json.gz")? {
        let Cluster { objects, questions } =
            serde_json::from_str(&text(&path)?).with_context(|| format!("in `{}`", path.display()))?;
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        let file = file.trim_end_matches(".json.gz");
        let cluster = Arc::new(engine::Cluster::new(&objects));
        for (number, question) in questions.into_iter().enumerate() {
            let Question { user, groups, resource, non_resource, allowed } = question;
            let asked = match (resource, non_resource) {
                (Some(Resource { group, resource, subresource, verb, namespace, name }), None) => {
                    engine::Asked::Resource { group, resource, subresource, verb, namespace, name }
                }
                (None, Some(NonResource { path, verb })) => engine::Asked::Path { path, verb },
                _ => anyhow::bail!(
                    "question {number} of `{}` asks for nothing or for two things",
                    path.display()
                ),
            };
            let input = engine::Input { cluster: Arc::clone(&cluster), user, groups, asked };
            cases.push(Box::new(SarCase { name: format!("{file}/{number}"), input, allowed }));
        }
    }
    Ok(cases)
}
