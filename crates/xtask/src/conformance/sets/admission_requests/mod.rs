//! `admission-requests`: bodies that the webhook must answer, whatever is in them.

mod engine;
mod score;

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;

use super::records;
use crate::conformance::verdict::{Case, Cases, Verdict};

#[derive(Deserialize)]
struct Record {
    name: String,
    review: Value,
}

struct RequestCase {
    name: String,
    body: String,
    labels: score::Labels,
}

impl Case for RequestCase {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&self) -> Verdict {
        score::score(&self.labels, engine::answers(&self.body)).into()
    }
}

/// Reads the bodies.
pub(super) fn load(dir: &Path) -> Result<Cases> {
    let records: Vec<Record> = records(&[dir.join("requests.jsonl")])?;
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let case = |Record { name, review }: Record| {
        let labels = score::Labels {
            uid: text(review.pointer("/request/uid")),
            api_version: text(review.pointer("/apiVersion")),
        };
        Box::new(RequestCase { name, body: review.to_string(), labels }) as Box<dyn Case>
    };
    Ok(records.into_iter().map(case).collect())
}
