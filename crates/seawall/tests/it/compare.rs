//! `seawall compare` as a user meets it.

use std::fs;

use serde_json::{Value, json};

use crate::{Run, seawall_in, workspace};

const TRIVY: &str = include_str!("../../../seawall-peers/tests/it/data/trivy.json");
const SARIF: &str = include_str!("../../../seawall-peers/tests/it/data/trivy.sarif");
const CHECKOV: &str = include_str!("../../../seawall-peers/tests/it/data/checkov.json");
const PAYMENTS: &str = include_str!("../../../../examples/shop/payments.yaml");
const OPERATOR: &str = include_str!("../../../../examples/shop/rbac-operator.yaml");

fn compare(report: &str, files: &[(&str, &str)], args: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files.iter().chain(&[("report", report)]) {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let targets: Vec<&str> =
        files.iter().map(|(name, _)| *name).filter(|name| !name.starts_with("seawall")).collect();
    seawall_in(folder.path(), &[&["compare", "report"][..], &targets, args].concat(), b"")
}

fn shop() -> [(&'static str, &'static str); 2] {
    [("payments.yaml", PAYMENTS), ("rbac-operator.yaml", OPERATOR)]
}

/// The document, once it is known to follow its schema.
fn document(run: &Run) -> Value {
    assert_eq!(run.code, 0, "{}", run.err);
    let schema = fs::read_to_string(workspace().join("schemas/compare-v1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let document = run.json();
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{}", run.out);
    // The schema is closed: one key more is refused, one key less too.
    for part in [
        "/report",
        "/counts",
        "/counts/only_theirs",
        "/only_theirs/0",
        "/only_ours/0/ours",
        "/matched/0/theirs",
    ] {
        let Some(Value::Object(keys)) = document.pointer(part) else { continue };
        let mut more = document.clone();
        more.pointer_mut(part).unwrap()["surprise"] = json!(1);
        assert!(!validator.is_valid(&more), "{part}");
        for key in keys.keys() {
            let mut less = document.clone();
            less.pointer_mut(part).unwrap().as_object_mut().unwrap().remove(key);
            assert!(!validator.is_valid(&less), "{part} {key}");
        }
    }
    document
}

fn total(counts: &Value) -> u64 {
    counts.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum()
}

#[test]
fn every_result_has_one_place_in_the_document() {
    for (report, tool, failed) in [(TRIVY, "Trivy", 14), (SARIF, "Trivy", 8), (CHECKOV, "Checkov", 18)] {
        for profile in ["default", "all"] {
            let run = compare(report, &shop(), &["-o", "json", "--profile", profile]);
            let document = document(&run);
            assert_eq!(document["report"]["tool"], tool);
            assert_eq!(document["report"]["failed"], failed);
            let counts = &document["counts"];
            let theirs = counts["matched"]["theirs"].as_u64().unwrap() + total(&counts["only_theirs"]);
            assert_eq!(theirs, failed, "{tool}: {counts}");
            assert_eq!(document["only_ours"].as_array().unwrap().len() as u64, total(&counts["only_ours"]));
        }
    }
}

#[test]
fn a_match_names_both_sides() {
    let document = document(&compare(TRIVY, &shop(), &["-o", "json"]));
    let matched = document["matched"].as_array().unwrap();
    let ipc = matched.iter().find(|one| one["theirs"]["rule"] == "KSV-0008").unwrap();
    assert_eq!(ipc["relation"], "same");
    assert_eq!(ipc["ours"][0]["check"], "pod-host-ipc");
    assert_eq!(ipc["ours"][0]["route"], "spec.template.spec.hostIPC");
    assert_eq!((&ipc["ours"][0]["file"], &ipc["ours"][0]["line"]), (&json!("payments.yaml"), &json!(18)));
}

#[test]
fn waivers_count_as_they_do_in_a_scan() {
    let waiver =
        "waivers:\n- {check: pod-host-ipc, owner: a, reason: vendor ticket 4711, until: 2999-01-31}\n";
    let files = [shop()[0], shop()[1], ("seawall-waivers.yaml", waiver)];
    let document = document(&compare(TRIVY, &files, &["-o", "json"]));
    let only = document["only_theirs"].as_array().unwrap();
    let waived = only.iter().find(|only| only["reason"] == "waived").unwrap();
    assert_eq!(waived["theirs"]["rule"], "KSV-0008");
    assert_eq!(waived["because"], "waived until 2999-01-31, by a: vendor ticket 4711");
}

#[test]
fn people_read_a_table_or_markdown() {
    let run = compare(TRIVY, &shop(), &[]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.starts_with("Trivy 0.76.0 (json): 14 failed, "), "{}", run.out);
    for words in ["only theirs", "is not part of this run and would fail here", "Trivy has no rule for it"] {
        assert!(run.out.contains(words), "{words}: {}", run.out);
    }
    let all = compare(TRIVY, &shop(), &["--all"]);
    assert!(all.out.len() >= run.out.len() && !all.out.contains("--all shows them"));
    let page = compare(TRIVY, &shop(), &["-o", "markdown"]);
    assert!(page.out.starts_with("# Trivy 0.76.0 (json): 14 failed"), "{}", page.out);
    assert!(page.out.contains("\n## Only theirs\n"), "{}", page.out);
}

#[test]
fn what_cannot_be_read_is_an_error() {
    for (report, message) in [
        ("{}", "report `report`: it is none of the known reports"),
        ("", "report `report`: it cannot be read"),
        (r#"{"runs":[{"tool":{"driver":{"name":"Other"}}}]}"#, "it is SARIF of `Other`"),
    ] {
        let run = compare(report, &shop(), &[]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{report}");
        assert!(run.err.contains(message), "{}", run.err);
    }
    let run = compare(TRIVY, &[("empty.yaml", "a: 1\n")], &[]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("nothing to judge"), "{}", run.err);
    let run = seawall_in(&workspace(), &["compare", "no-such-report", "examples/shop"], b"");
    assert_eq!(run.code, 2);
    let run = seawall_in(&workspace(), &["compare", "-", "-"], b"{}");
    assert!(run.err.contains("not both"), "{}", run.err);
}

/// Whoever writes the report writes names and sentences; nothing of them becomes markup or reaches a terminal raw.
#[test]
fn names_from_a_report_stay_names() {
    let evil = "</a><img src=x>\"'`|\\ ](x)\u{1b}[31m\u{202e}\n::error::x";
    let report = json!({"Checks": [], "Reports": [
        {"Check": evil, "Diagnostic": {"Message": evil}, "Object": {"Metadata": {"FilePath": evil},
         "K8sObject": {"Namespace": evil, "Name": evil, "GroupVersionKind": {"Kind": evil}}}},
        {"Check": "host-ipc", "Diagnostic": {"Message": evil}, "Object": {"K8sObject": {"Namespace": evil, "Name": evil, "GroupVersionKind": {"Kind": "Pod"}}}},
    ]})
    .to_string();
    for format in ["table", "markdown", "json"] {
        let run = compare(&report, &shop(), &["-o", format, "--all"]);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(!run.out.contains(['\u{1b}', '\u{202e}']), "{format}: {}", run.out);
        if format == "markdown" {
            let plain = run.out.replace("\\<", "").replace("<br>", "");
            assert!(!plain.contains('<') && !plain.contains("](x)"), "{}", run.out);
            assert!(run.out.lines().all(|line| !line.starts_with("::")));
        }
    }
}

/// What has the shape of a token was shown as the other tool wrote it.
#[test]
fn issue_compare_token_repro() {
    let token = format!("ghp_{}", "0123456789abcdefghijABCDEFGHIJ012345");
    let report = json!({"SchemaVersion": 2, "ArtifactName": ".", "Results": [{"Target": format!("x {token}"),
        "Misconfigurations": [{"ID": format!("X {token}"), "Title": token, "Status": "FAIL", "Message": token}]}]});
    for format in ["table", "markdown", "json"] {
        let run = compare(&report.to_string(), &shop(), &["--all", "-o", format]);
        assert_eq!(run.code, 0, "{}", run.err);
        // Markdown marks what would be its own.
        let out = run.out.replace('\\', "");
        assert!(out.contains("X ***"), "{format}: {out}");
        assert!(!out.contains(&token) && !run.err.contains(&token), "{format}: {out}");
    }
}

/// A report of which a part could not be read looked like a whole one.
#[test]
fn issue_compare_says_what_it_left_out_repro() {
    let report =
        r#"{"SchemaVersion":2,"ArtifactName":".","Results":[{"Misconfigurations":[{"Status":"FAIL"}]}]}"#;
    let run = compare(report, &shop(), &[]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("report: warning: 1 parts of the report are left out"), "{}", run.err);
}
