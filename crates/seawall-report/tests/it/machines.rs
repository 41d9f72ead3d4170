//! SARIF and annotations.

use std::path::Path;

use seawall_report::{Format, RenderOptions};
use serde_json::{Value, json};

use crate::support::{Run, SHOP, shop, snapshot};

fn sarif(run: &Run) -> Value {
    serde_json::from_str(&run.render(Format::Sarif, &RenderOptions::default())).unwrap()
}

fn errors(log: &Value) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/sarif-2.1.0.json");
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    correct(&mut schema);
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// What errata 01 of the standard corrected: a pattern that is no regular expression everywhere, and the rule that a
/// region says where it begins. See `schemas/README.md`.
fn correct(schema: &mut Value) {
    for definition in ["run", "toolComponent"] {
        let pattern = format!("/definitions/{definition}/properties/language/pattern");
        *schema.pointer_mut(&pattern).unwrap() = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
    }
    schema["definitions"]["region"]["anyOf"] =
        json!([{"required": ["startLine"]}, {"required": ["charOffset"]}, {"required": ["byteOffset"]}]);
}

#[test]
fn sarif_in_full() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&sarif(&shop())).unwrap());
}

#[test]
fn sarif_meets_the_published_schema() {
    for run in
        [Run::of(SHOP).judged("pod-privileged"), shop(), snapshot(), Run::of(&[]), Run::of(&[]).with_gaps()]
    {
        assert_eq!(errors(&sarif(&run)), Vec::<String>::new());
    }
}

#[test]
fn the_published_schema_refuses_what_is_wrong() {
    for (pointer, wrong) in [
        ("/results/0/level", json!("high")),
        ("/results/0/locations/0/physicalLocation/region", json!({"startColumn": 1})),
        ("/results/0/message", json!("text")),
        ("/columnKind", json!("bytes")),
        ("/invocations/0/executionSuccessful", json!("yes")),
    ] {
        let mut log = sarif(&shop());
        *log["runs"][0].pointer_mut(pointer).unwrap() = wrong;
        assert_ne!(errors(&log), Vec::<String>::new(), "{pointer} was accepted");
    }
}

#[test]
fn sarif_indices_point_at_what_they_mean() {
    let log = sarif(&shop());
    let run = &log["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        let location = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        let artifact = &run["artifacts"][location["index"].as_u64().unwrap() as usize];
        assert_eq!(artifact["location"]["uri"], location["uri"]);
    }
}

#[test]
fn annotations() {
    insta::assert_snapshot!(shop().render(Format::Github, &RenderOptions::default()));
}
