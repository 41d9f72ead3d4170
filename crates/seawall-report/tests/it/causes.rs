//! Findings with one cause, as programs are told.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Run, accept};

const CHECKS: [&str; 6] = [
    "pod-allow-privilege-escalation",
    "pod-capability-drop-all-missing",
    "pod-capability-net-raw",
    "pod-host-pid",
    "pod-run-as-non-root",
    "pod-seccomp-missing",
];

const BARE: &str = "apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostPID: true
  containers:
    - name: web
      image: web:1
    - name: sidecar
      image: sidecar:1
";

fn causes(files: &[(&str, &str)]) -> Value {
    Run::of(files).judged_by(&CHECKS).json()
}

/// Every finding names its cause; what several share is listed with one fix.
#[test]
fn a_container_without_a_block_is_one_cause() {
    let report = causes(&[("web.yaml", BARE)]);
    let shared = report["causes"].as_array().unwrap();
    assert_eq!(shared.len(), 2, "one for each container: {shared:#?}");
    for cause in shared {
        let own: Vec<&Value> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["cause"] == cause["id"])
            .map(|finding| &finding["fingerprint"])
            .collect();
        assert_eq!(cause["findings"], json!(own));
        assert_eq!(own.len(), 5);
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&shared[0]["fix"]).unwrap());
    let alone: Vec<&Value> =
        report["findings"].as_array().unwrap().iter().filter(|f| f["check"] == "pod-host-pid").collect();
    assert!(alone.len() == 1 && shared.iter().all(|cause| cause["id"] != alone[0]["cause"]));
}

fn ids(report: &Value) -> BTreeSet<String> {
    report["findings"].as_array().unwrap().iter().map(|f| f["cause"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_cause_survives_what_a_fingerprint_survives() {
    let before = ids(&causes(&[("web.yaml", BARE)]));
    assert_eq!(before.len(), 3);
    let moved = format!("# more\n\n{BARE}");
    assert_eq!(ids(&causes(&[("other.yaml", &moved)])), before);
    let swapped = BARE.replace(
        "    - name: web\n      image: web:1\n    - name: sidecar\n      image: sidecar:1\n",
        "    - name: sidecar\n      image: sidecar:1\n    - name: web\n      image: web:1\n",
    );
    assert_ne!(swapped, BARE);
    assert_eq!(ids(&causes(&[("web.yaml", &swapped)])), before);
    let other = BARE.replace("name: web\nspec", "name: api\nspec");
    assert!(ids(&causes(&[("web.yaml", &other)])).is_disjoint(&before));
}

/// Two files with one object have twice the causes: each needs its own change.
#[test]
fn equal_objects_have_causes_of_their_own() {
    let report = causes(&[("a.yaml", BARE), ("b.yaml", BARE)]);
    assert_eq!(ids(&report).len(), 6);
    assert!(ids(&report).is_superset(&ids(&causes(&[("a.yaml", BARE)]))));
}

/// Nobody repairs what somebody accepted.
#[test]
fn an_accepted_finding_is_no_part_of_the_fix() {
    let mut run = Run::of(&[("web.yaml", BARE)]).judged_by(&CHECKS);
    let root =
        run.evaluation.findings.iter().position(|f| f.check.id.as_str() == "pod-run-as-non-root").unwrap();
    let before = run.json();
    accept(&mut run, root);
    let after = run.json();
    let of = |report: &Value| report["causes"][0]["fix"].to_string();
    assert!(of(&before).contains("runAsNonRoot") && !of(&after).contains("runAsNonRoot"));
    assert_eq!(before["causes"][0]["findings"], after["causes"][0]["findings"]);
}
