//! OCSF and PolicyReports against what their public schemas say.

use std::path::Path;

use seawall_core::{Pillar, Severity};
use seawall_report::{Format, RenderOptions};
use serde_json::{Value, json};

use crate::support::{Fail, Run, SHOP, accept, check, shop, snapshot};

fn schema(name: &str) -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../schemas/{name}-subset.schema.json"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

fn errors(schema: &jsonschema::Validator, value: &Value) -> Vec<String> {
    schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn events(run: &Run, options: &RenderOptions) -> Vec<Value> {
    run.render(Format::Ocsf, options).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn reports(run: &Run, options: &RenderOptions) -> Value {
    serde_json::from_str(&run.render(Format::Policyreport, options)).unwrap()
}

fn timed() -> RenderOptions {
    RenderOptions { time: Some(1_735_689_599), ..RenderOptions::default() }
}

fn runs() -> Vec<Run> {
    let mut waived = shop();
    accept(&mut waived, 0);
    vec![
        Run::of(SHOP).judged("pod-privileged"),
        waived,
        snapshot(),
        live(),
        Run::of(&[]),
        Run::of(&[]).with_gaps(),
    ]
}

const UID: &str = "0f1d2c3b-4a59-4687-9786-a5b4c3d2e1f0";

/// Objects that an API server knows, and one whose uid is none.
fn live() -> Run {
    let objects = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: shop, uid: {UID}}}\n---\n\
         apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, uid: {}}}\n---\n\
         apiVersion: v1\nkind: Pod\nmetadata: {{name: db, namespace: shop, uid: ../../evil}}\n---\n\
         apiVersion: v1\nkind: Pod\nmetadata: {{name: x, namespace: Not_A_Label, uid: {UID}}}\n---\n\
         apiVersion: v1\nkind: Pod\nmetadata: {{name: later}}\n",
        UID.replace('0', "1")
    );
    let mut run = Run::of(&[("cluster:prod", &objects)]);
    let check = check("pod-name", Pillar::Nodes, Severity::Low);
    for object in 0..5 {
        run.fail(Fail::new(&check, (object, "metadata.name"), "named"));
    }
    run
}

#[test]
fn events_follow_the_schema() {
    let schema = schema("ocsf");
    for run in runs() {
        for options in [RenderOptions::default(), timed()] {
            let events = events(&run, &options);
            for event in &events {
                assert_eq!(errors(&schema, event), Vec::<String>::new(), "{event}");
                let type_uid =
                    event["class_uid"].as_u64().unwrap() * 100 + event["activity_id"].as_u64().unwrap();
                assert_eq!(event["type_uid"], type_uid);
                assert_eq!(event["time"], options.time.unwrap_or(0) * 1000);
            }
            let failed = events.iter().filter(|event| event["compliance"]["status"] == "Fail").count();
            let gaps = events.iter().filter(|event| event["compliance"]["status"] == "Warning").count();
            assert_eq!(failed, run.evaluation.findings.len());
            assert_eq!(gaps, run.evaluation.not_evaluated.len());
        }
    }
}

#[test]
fn events_say_what_was_found() {
    let mut run = shop();
    accept(&mut run, 0);
    let events = events(&run, &timed());
    insta::assert_snapshot!(
        serde_json::to_string_pretty(&json!([events[0], events[1], events[5], events[7]])).unwrap()
    );
}

#[test]
fn the_schema_of_events_refuses_what_is_wrong() {
    let schema = schema("ocsf");
    let good = events(&shop(), &timed()).remove(0);
    for (pointer, wrong) in [
        ("/class_uid", json!(2004)),
        ("/type_uid", json!(200_302)),
        ("/severity_id", json!(6)),
        ("/compliance/status_id", json!(1)),
        ("/compliance/status", json!("Warning")),
        ("/compliance/standards", json!([])),
        ("/resources/0", json!({"name": "x", "type": "Pod", "more": 1})),
        ("/time", json!("now")),
        ("/status", json!("Suppressed")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = wrong;
        assert_ne!(errors(&schema, &bad), Vec::<String>::new(), "{pointer} was accepted");
    }
}

#[test]
fn reports_follow_the_schema_and_count_right() {
    let schema = schema("policyreport");
    for run in runs() {
        for options in [RenderOptions::default(), timed()] {
            let list = reports(&run, &options);
            assert_eq!(errors(&schema, &list), Vec::<String>::new(), "{list:#}");
            for report in list["items"].as_array().unwrap() {
                let results = report["results"].as_array().unwrap();
                for outcome in ["fail", "warn", "error", "skip"] {
                    let count = results.iter().filter(|result| result["result"] == outcome).count();
                    assert_eq!(report["summary"][outcome], count);
                }
            }
        }
    }
}

#[test]
fn a_list_in_full() {
    let mut run = shop();
    accept(&mut run, 0);
    insta::assert_snapshot!(serde_json::to_string_pretty(&reports(&run, &RenderOptions::default())).unwrap());
}

#[test]
fn what_a_cluster_knows_goes_with_its_object() {
    let list = reports(&live(), &RenderOptions::default());
    let about: Vec<String> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|report| {
            let (metadata, owner) = (&report["metadata"], &report["metadata"]["ownerReferences"][0]["uid"]);
            assert_eq!(report["scope"]["uid"], *owner);
            let objects: Vec<&str> = report["results"]
                .as_array()
                .unwrap()
                .iter()
                .map(|result| result["resources"][0]["name"].as_str().unwrap())
                .collect();
            format!("{} {} {} {objects:?}", report["kind"], metadata["namespace"], metadata["name"])
        })
        .collect();
    insta::assert_debug_snapshot!(about);
}

#[test]
fn reports_stay_below_the_limit_of_etcd() {
    let items: Vec<String> = (0..9_000)
        .map(|i| format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p{i}, namespace: shop}}\n"))
        .collect();
    let mut run = Run::of(&[("many.yaml", &items.join("---\n"))]);
    let check = check("pod-name", Pillar::Nodes, Severity::Low);
    for i in 0..run.inventory.resources().len() {
        run.fail(Fail::new(&check, (i, "metadata.name"), "named"));
    }
    let list = reports(&run, &RenderOptions::default());
    let items = list["items"].as_array().unwrap();
    assert!(items.len() > 2, "{}", items.len());
    let names: Vec<&str> = items.iter().map(|report| report["metadata"]["name"].as_str().unwrap()).collect();
    assert_eq!(names[..3], ["seawall", "seawall-2", "seawall-3"]);
    for report in items {
        assert!(report.to_string().len() < 1_048_576);
    }
    let results: usize = items.iter().map(|report| report["results"].as_array().unwrap().len()).sum();
    assert_eq!(results, 9_000);
}

#[test]
fn the_schema_of_reports_refuses_what_is_wrong() {
    let schema = schema("policyreport");
    let good = reports(&shop(), &timed());
    for (pointer, wrong) in [
        ("/items/0/metadata/name", json!("a.b")),
        ("/items/0/metadata/namespace", json!("Shop")),
        ("/items/0/results/0/result", json!("pass")),
        ("/items/0/results/0/severity", json!("urgent")),
        ("/items/0/results/0/properties", json!({"a": 1})),
        ("/items/0/results/0/scored", json!(null)),
        ("/items/0/kind", json!("Report")),
        ("/items/0/results", json!([])),
    ] {
        let mut bad = good.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        bad.pointer_mut(parent).unwrap()[key] = wrong;
        assert_ne!(errors(&schema, &bad), Vec::<String>::new(), "{pointer} was accepted");
    }
}
