//! The published contract.

use std::path::Path;

use seawall_report::{Format, RenderOptions};
use serde_json::{Value, json};

use crate::support::{Run, SHOP, shop, snapshot};

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/report-v1.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The schema with every object closed: what is not described must not be written. The published one stays open, so that
/// a later version may add keys.
fn closed(mut schema: Value) -> Value {
    fn close(value: &mut Value) {
        match value {
            Value::Object(map) => {
                if map.contains_key("properties") && !map.contains_key("additionalProperties") {
                    map.insert("unevaluatedProperties".into(), json!(false));
                }
                map.iter_mut().filter(|(key, _)| *key != "if").for_each(|(_, value)| close(value));
            }
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    close(&mut schema);
    schema
}

fn errors(schema: &Value, value: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn runs() -> Vec<Run> {
    let mut timed = shop();
    timed.timings = Some(seawall_report::Timings { stages: vec![("read".into(), Default::default())] });
    let one_cause = ["pod-allow-privilege-escalation", "pod-run-as-non-root", "pod-seccomp-missing"];
    let several = Run::of(SHOP).judged_by(&one_cause);
    vec![Run::of(SHOP).judged("pod-privileged"), shop(), several, timed, snapshot(), Run::of(&[])]
}

#[test]
fn the_shape_is_the_contract() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&shop().json()).unwrap());
}

#[test]
fn keys_stand_in_a_fixed_order() {
    let text = Run::of(SHOP).judged("pod-privileged").render(Format::Json, &RenderOptions::default());
    let keys = [
        "\"schema\":\"",
        "\"inputs\":{",
        "\"scores\":{",
        "\"coverage\":{",
        "\"findings\":[",
        "\"causes\":[",
        "\"not_evaluated\":[",
        "\"problems\":[",
    ];
    let places: Vec<usize> = keys.iter().map(|key| text.find(key).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(text.starts_with("{\"schema\":\"seawall.dev/report/v1\",\"inputs\":{\"files\":3,"));
    assert_eq!(text.matches('\n').count(), 1);
    assert!(text.ends_with('\n'));
}

#[test]
fn equal_input_gives_equal_bytes() {
    for format in Format::ALL {
        let bytes = || shop().render(*format, &RenderOptions::default());
        assert_eq!(bytes(), bytes());
    }
}

#[test]
fn the_published_schema_describes_every_key() {
    let (open, closed) = (schema(), closed(schema()));
    for run in runs() {
        let report = run.json();
        assert_eq!(errors(&open, &report), Vec::<String>::new());
        assert_eq!(errors(&closed, &report), Vec::<String>::new());
    }
}

#[test]
fn the_published_schema_describes_every_line() {
    let part = |mut schema: Value, name: &str| {
        schema.as_object_mut().unwrap().retain(|key, _| key == "$defs" || key == "$schema");
        schema["$ref"] = json!(format!("#/$defs/{name}"));
        schema
    };
    let line = part(schema(), "line");
    for run in runs() {
        let text = run.render(Format::Jsonl, &RenderOptions::default());
        let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for record in &records {
            assert_eq!(errors(&line, record), Vec::<String>::new(), "{record}");
            // Beside `type`, a record is what the report has under the same name.
            let mut record = record.clone();
            let kind = record.as_object_mut().unwrap().remove("type").unwrap();
            if kind != "summary" {
                let kind = part(closed(schema()), kind.as_str().unwrap());
                assert_eq!(errors(&kind, &record), Vec::<String>::new());
            }
        }
        let of = |kind: &str| records.iter().filter(|record| record["type"] == kind).count();
        let summary = records.last().unwrap();
        assert_eq!(summary["type"], "summary");
        assert_eq!(summary["findings"], of("finding"));
        assert_eq!(of("finding"), run.evaluation.findings.len());
        let causes = run.json()["causes"].as_array().unwrap().len();
        assert_eq!(of("cause"), causes);
        assert_eq!(of("not_evaluated"), run.evaluation.not_evaluated.len());
        assert_eq!(of("problem"), run.problems.len());
    }
}

/// The schema is worth something only if it refuses what is wrong.
#[test]
fn the_published_schema_refuses_what_is_wrong() {
    let schema = schema();
    let good = shop().json();
    for (pointer, wrong) in [
        ("/schema", json!("seawall.dev/report/v2")),
        ("/scores/nodes", json!(101)),
        ("/scores/nodes", json!(7.5)),
        ("/findings/0/severity", json!("urgent")),
        ("/findings/0/fingerprint", json!("short")),
        ("/findings/0/locations", json!([])),
        ("/findings/0/locations/0/line", json!(0)),
        ("/findings/0/fix/edits/0/op", json!("replace")),
        ("/findings/0/subject/namespace", json!(1)),
        ("/problems/0/message", json!(null)),
        ("/not_evaluated/0/reason", json!(null)),
        ("/coverage/checks", json!(-1)),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap_or_else(|| panic!("nothing at {pointer}")) = wrong;
        assert_ne!(errors(&schema, &bad), Vec::<String>::new(), "{pointer} was accepted");
    }
}

#[test]
fn without_a_text_there_is_no_line() {
    let report = snapshot().json();
    let location = &report["findings"][0]["locations"][0];
    assert_eq!(
        location,
        &json!({"route": "type", "file": "cluster.jsonl.zst", "line": null, "column": null, "value": "Opaque"})
    );
    assert_eq!(report["findings"][1]["locations"][0]["missing"], "immutable");
    assert_eq!(report["findings"][2]["locations"][0]["value"], Value::Null, "the data of a Secret");
}
