//! The example shop: every planted fault is found, and the hardened twin is clean.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{seawall, workspace};

#[test]
fn every_planted_fault_is_found() {
    let text = std::fs::read_to_string(workspace().join("examples/faults.json")).unwrap();
    let faults: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(faults.len() >= 30);
    let report = seawall(&["scan", "examples/shop", "-o", "json"]);
    assert_eq!(report.code, 1, "{}", report.err);
    let report = report.json();
    let found: Vec<(String, BTreeSet<String>, BTreeSet<String>)> =
        report["findings"].as_array().unwrap().iter().map(finding).collect();
    let mut missed = Vec::new();
    for fault in &faults {
        let places: Vec<(String, String)> = std::iter::once(fault)
            .chain(fault["also"].as_array().into_iter().flatten())
            .map(|place| (subject(place), place["route"].as_str().unwrap_or("").to_owned()))
            .collect();
        let check = fault["check"].as_str().unwrap();
        let hit = found.iter().any(|(id, subjects, routes)| {
            id == check
                && places.iter().any(|(subject, route)| {
                    subjects.contains(subject)
                        && (route.is_empty() || routes.iter().any(|seen| near(seen, route)))
                })
        });
        if !hit {
            missed.push(format!("{} {check} {}", fault["n"], places[0].0));
        }
    }
    assert!(missed.is_empty(), "{} planted faults were missed:\n{}", missed.len(), missed.join("\n"));
}

/// One route leads to the other or into it: a fault may name the field or the nearest parent that exists.
fn near(a: &str, b: &str) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

fn subject(value: &Value) -> String {
    let text = |key: &str| value[key].as_str().unwrap_or("").to_owned();
    format!("{}/{}/{}", text("kind"), text("namespace"), text("name"))
}

fn finding(finding: &Value) -> (String, BTreeSet<String>, BTreeSet<String>) {
    let linked = finding["linked"].as_array().unwrap().iter();
    let subjects = std::iter::once(&finding["subject"]).chain(linked).map(subject).collect();
    let routes = finding["locations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| place["route"].as_str().unwrap().to_owned())
        .collect();
    (finding["check"].as_str().unwrap().to_owned(), subjects, routes)
}

/// With the default profile, that is: the other one also counts what is ordinary, such as a Secret that is mounted.
#[test]
fn the_hardened_twin_is_clean() {
    let report = seawall(&["scan", "examples/hardened", "-o", "json"]);
    let json = report.json();
    let findings: Vec<String> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| format!("{} {}", f["check"], f["message"]))
        .collect();
    assert_eq!(findings, [""; 0]);
    assert_eq!(json["problems"].as_array().unwrap().len(), 0);
    assert_eq!(json["not_evaluated"].as_array().unwrap().len(), 0, "{}", json["not_evaluated"]);
    assert_eq!(report.code, 0);
}
