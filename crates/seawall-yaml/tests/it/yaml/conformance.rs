//! The texts of `conformance/yaml-k8s`, each with what kubectl read in it.

use std::io::Read as _;
use std::path::Path;

use seawall_core::ProblemSeverity;
use seawall_yaml::{Limits, Text, read};
use serde_json::Value;

use super::json::{same, value};

#[test]
fn every_case_is_read_as_kubectl_read_it() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/yaml-k8s/cases.jsonl.gz");
    let Ok(packed) = std::fs::read(&path) else {
        println!("skipped: {} is missing", path.display());
        return;
    };
    let mut cases = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut cases).unwrap();
    let mut failures = Vec::new();
    let mut total = 0;
    for case in cases.lines() {
        let case: Value = serde_json::from_str(case).unwrap();
        total += 1;
        if let Some(why) = judge(&case) {
            failures.push(format!("{}: {why}\n{}", case["case"], case["yaml"]));
        }
    }
    assert!(total > 2000, "only {total} cases");
    assert!(failures.is_empty(), "{} of {total} fail:\n{}", failures.len(), failures.join("\n"));
}

fn judge(case: &Value) -> Option<String> {
    let text = Text::new(case["yaml"].as_str().unwrap());
    let (documents, problems) = read(&text, &Limits::default());
    let errors: Vec<_> = problems.iter().filter(|p| p.severity == ProblemSeverity::Error).collect();
    if case["error"] == true {
        return errors.is_empty().then(|| "accepted, but kubectl refuses it".to_owned());
    }
    if let Some(error) = errors.first() {
        return Some(format!("refused: {error:?}"));
    }
    let spec =
        documents.first().and_then(|document| document.tree.root().entry("spec")).map_or(Value::Null, value);
    (!same(&spec, &case["json"])).then(|| format!("read as {spec}, not as {}", case["json"]))
}
