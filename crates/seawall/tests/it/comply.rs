//! Compliance as a user meets it.

use std::fs;

use serde_json::{Value, json};

use crate::{Run, seawall, seawall_in};

pub(crate) const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: infra}
spec:
  hostPID: true
  containers: [{name: c, image: registry.example/agent:1}]
";

const WAIVERS: &str = "waivers:
- check: pod-host-pid
  name: agent
  owner: platform
  reason: reads processes
  until: 2999-01-01
";

const OWN: &str = r#"id = "own"
title = "House rules"
version = "3"

[[section]]
id = "pods"
title = "pods"
class = "automated"
controls = [
  { id = "H1", title = "no host processes", checks = ["pod-host-pid"] },
  { id = "H2", title = "no host network", checks = ["pod-host-network"] },
  { id = "H3", title = "somebody answers for it", class = "manual", note = "ask the team" },
]
"#;

const EKS: &str = include_str!("../../../seawall-report/tests/data/eks.json");

fn comply(files: &[(&str, &str)], args: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    seawall_in(folder.path(), &[&["comply"], args].concat(), b"")
}

fn control<'r>(report: &'r Value, id: &str) -> &'r Value {
    report["controls"].as_array().unwrap().iter().find(|control| control["id"] == id).unwrap()
}

#[test]
fn frameworks_are_listed_with_their_classes() {
    let run = comply(&[], &[]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("\ncis-1.12"), "{}", run.out);
    let list = comply(&[], &["-o", "json"]).json();
    let frameworks = list["frameworks"].as_array().unwrap();
    assert_eq!(frameworks.len(), 16);
    for framework in frameworks {
        let classes: u64 =
            framework["classes"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(framework["controls"], classes, "{framework}");
    }
    assert_eq!(comply(&[], &["-o", "csv"]).code, 2);
}

#[test]
fn a_fail_is_shown_with_its_line_and_is_exit_code_1() {
    let files = [("pod.yaml", POD), ("own.toml", OWN)];
    let run = comply(&files, &["--framework-file", "own.toml", "pod.yaml"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    for line in [
        "House rules 3",
        "1 object of 1 file; what is not in it is not judged",
        "  fail            H1 no host processes",
        "                    pod.yaml:5:3 Pod/infra/agent: pod shares",
        "  pass            H2 no host network",
        "  manual          H3 somebody answers for it",
        "                    ask the team",
        "3 requirements: 1 fail, 1 pass, 1 manual",
        "1 of 2 judged requirements pass (50 %), 0 of them in part",
        "0 of 1 judged objects fail nothing (0 %)",
    ] {
        assert!(run.out.lines().any(|own| own.starts_with(line)), "{line}\n{}", run.out);
    }
    assert_eq!(comply(&files, &["--framework-file", "own.toml", "--fail-on", "none"]).code, 0);
}

#[test]
fn a_waived_fail_names_who_accepts_it_and_is_no_pass() {
    let files = [("pod.yaml", POD), ("own.toml", OWN), ("seawall-waivers.yaml", WAIVERS)];
    let run = comply(&files, &["--framework-file", "own.toml", "pod.yaml"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("  waived          H1 no host processes"), "{}", run.out);
    assert!(run.out.contains("(waived until 2999-01-01, by platform: reads processes)"), "{}", run.out);
    assert!(run.out.contains("1 of 2 judged requirements pass (50 %)"), "{}", run.out);
    let report = comply(&files, &["--framework-file", "own.toml", "pod.yaml", "-o", "json"]).json();
    let waiver = &control(&report, "H1")["findings"][0]["waiver"];
    assert_eq!(waiver["owner"], "platform");
    assert_eq!(waiver["until"], "2999-01-01");
    let expired = WAIVERS.replace("2999", "2001");
    let files = [("pod.yaml", POD), ("own.toml", OWN), ("seawall-waivers.yaml", &expired)];
    assert_eq!(
        comply(&files, &["--framework-file", "own.toml", "pod.yaml"]).code,
        1,
        "an expired waiver waives nothing"
    );
}

#[test]
fn what_a_folder_does_not_hold_is_no_pass() {
    let report = comply(&[("pod.yaml", POD)], &["cis-1.12", "-o", "json"]).json();
    assert_eq!(control(&report, "1.2.1")["state"], "nothing-here");
    assert_eq!(control(&report, "1.1.1")["state"], "not-evaluated");
    assert_eq!(control(&report, "3.1.2")["state"], "manual");
    assert_eq!(report["inputs"]["complete"], false);
    let states = report["summary"]["requirements"]["states"].as_object().unwrap();
    let sum: u64 = states.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(sum, 131);
}

#[test]
fn a_whole_cluster_is_told_from_files() {
    let header = r#"{"kind":"SnapshotHeader","apiVersion":"seawall.dev/v1","complete":true}"#;
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"shop"},"spec":{"containers":[]}}"#;
    let namespace = r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#;
    let whole = format!("{header}\n{namespace}\n{pod}\n");
    let run = comply(&[("c.jsonl", &whole)], &["cis-1.12", "c.jsonl"]);
    assert!(run.out.contains("\n2 objects of a whole cluster\n"), "{}", run.out);
    // What files lack may be elsewhere; what a cluster lacks is not there.
    let state = |files: &[(&str, &str)], target: &str| {
        let report = comply(files, &["cis-1.12", target, "-o", "json"]).json();
        (report["inputs"]["complete"].clone(), control(&report, "5.3.2")["state"].clone())
    };
    assert_eq!(state(&[("c.jsonl", &whole)], "c.jsonl"), (json!(true), json!("fail")));
    let files = format!("{namespace}\n---\n{pod}\n");
    assert_eq!(state(&[("c.yaml", &files)], "c.yaml"), (json!(false), json!("nothing-here")));
}

#[test]
fn the_pod_security_standards_are_judged_exactly() {
    let report = comply(&[("pod.yaml", POD)], &["pss-baseline", "-o", "json"]).json();
    assert_eq!(control(&report, "hostNamespaces")["state"], "fail");
    assert_eq!(control(&report, "privileged")["state"], "pass");
    assert_eq!(report["summary"]["requirements"]["judged"], 12);
    let report = comply(&[("pod.yaml", POD)], &["pss-restricted", "-o", "json"]).json();
    assert_eq!(report["summary"]["requirements"]["judged"], 15, "{report}");
    let odd = POD.replace("hostPID: true", "hostPID: maybe");
    let report = comply(&[("pod.yaml", &odd)], &["pss-baseline", "-o", "json", "--strict"]);
    assert_eq!(report.code, 3);
    assert_eq!(control(&report.json(), "hostNamespaces")["state"], "not-evaluated");
}

#[test]
fn facts_of_a_cloud_decide_with_file_and_line() {
    let files = [("pod.yaml", POD), ("eks.json", EKS)];
    let report =
        comply(&files, &["cis-eks-1.8", "pod.yaml", "--cloud-facts", "eks.json", "-o", "json"]).json();
    let endpoint = control(&report, "5.4.1");
    assert_eq!(endpoint["state"], "fail");
    assert_eq!(endpoint["facts"][0]["file"], "eks.json");
    assert_eq!(endpoint["facts"][0]["line"], 19);
    assert_eq!(endpoint["facts"][0]["route"], "cluster.resourcesVpcConfig.publicAccessCidrs");
    assert_eq!(control(&report, "2.1.1")["state"], "pass");
    assert_eq!(
        report["inputs"]["clouds"],
        json!([{"file": "eks.json", "provider": "EKS", "name": "shop-prod", "version": "1.33", "nodes": false}])
    );
    let without = comply(&files, &["cis-eks-1.8", "pod.yaml", "-o", "json"]).json();
    assert_eq!(control(&without, "5.4.1")["state"], "not-evaluated");
    assert_eq!(control(&without, "5.4.1")["reason"], "needs `--cloud-facts` of EKS");
    let cis = comply(&files, &["cis-1.12", "pod.yaml", "--cloud-facts", "eks.json"]);
    assert!(
        cis.out.contains(
            "  inherited       1.1.1 to 1.1.21 (21 controls)\n                    EKS runs it: https://"
        ),
        "{}",
        cis.out
    );
}

#[test]
fn what_is_not_understood_is_an_error_with_its_line() {
    let broken = OWN.replace("pod-host-network", "pod-host-nettwork");
    let run = comply(&[("pod.yaml", POD), ("own.toml", &broken)], &["--framework-file", "own.toml"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("own.toml:11:"), "{}", run.err);
    assert!(run.err.contains("no check is called `pod-host-nettwork`"), "{}", run.err);
    let run = comply(
        &[("pod.yaml", POD), ("c.json", "{\n  \"kind\": \"Pod\"\n}")],
        &["cis-1.12", "pod.yaml", "--cloud-facts", "c.json"],
    );
    assert_eq!(run.code, 2);
    assert!(run.err.contains("c.json:1:1: error: is no answer of"), "{}", run.err);
    for (words, told) in [
        (&["cis-9.9"][..], "no framework is called `cis-9.9`; known are cis-1.12, "),
        (&["owasp"], "no framework is called `owasp`; known are owasp-2025, owasp-2022"),
        (&["cis-1.12", "--timestamp", "noon"], "is no time of the form"),
        (&["cis-1.12", "nowhere.yaml"], "cannot read `nowhere.yaml`"),
        (&["cis-1.12", "--cloud-facts", "none.json"], "cloud facts `none.json`"),
        (&["--framework-file", "none.toml"], "framework `none.toml`"),
    ] {
        let run = comply(&[("pod.yaml", POD)], words);
        assert_eq!(run.code, 2, "{words:?}");
        assert!(run.err.contains(told), "{words:?}: {}", run.err);
    }
    assert_eq!(
        comply(&[("pod.yaml", POD)], &["nsa", "pod.yaml", "--fail-on", "none"]).code,
        0,
        "the beginning is enough"
    );
}

#[test]
fn names_from_outside_stay_names_in_every_format() {
    let evil = "web\\e[31m\\u202e|<b>[a](b)";
    let pod = POD.replace("name: agent", &format!("name: \"{evil}\""));
    let title = OWN.replace("no host processes", "no \\u202e|<b> `x`");
    for output in ["table", "json", "oscal", "markdown", "csv"] {
        let run = comply(
            &[("pod.yaml", &pod), ("own.toml", &title)],
            &["--framework-file", "own.toml", "pod.yaml", "-o", output],
        );
        assert_eq!(run.code, 1, "{output}: {}", run.err);
        assert!(!run.out.contains(['\u{1b}', '\u{202e}']), "{output}: {}", run.out);
        if output == "markdown" {
            assert!(!run.out.contains("<b>") && !run.out.contains("[a](b)"), "{}", run.out);
        }
    }
}

#[test]
fn equal_input_gives_equal_bytes_and_a_time_only_when_asked() {
    for output in ["json", "oscal", "markdown", "csv", "table"] {
        let args = ["comply", "nist-800-53r5", "examples/shop", "-o", output];
        let (one, other) = (seawall(&args), seawall(&[&args[..], &["--threads", "1"]].concat()));
        assert!(one.out == other.out, "{output}");
        assert_eq!(one.code, 1);
    }
    let args = ["comply", "soc2", "examples/hardened", "-o", "json", "--timestamp", "2026-11-29T08:00:00Z"];
    assert_eq!(seawall(&args).json()["time"], "2026-11-29T08:00:00Z");
}

#[test]
fn markdown_lists_every_control() {
    let run = comply(&[("pod.yaml", POD)], &["cis-1.12", "-o", "markdown"]);
    let rows =
        run.out.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| control")).count();
    assert_eq!(rows, 131);
    let csv = comply(&[("pod.yaml", POD)], &["cis-1.12", "-o", "csv"]);
    assert_eq!(csv.out.lines().count(), 132);
}

/// The page shows the file that its run reads.
#[test]
fn the_page_shows_the_file_that_it_judges() {
    let page = fs::read_to_string(crate::workspace().join("docs/comply.md")).unwrap();
    let shown = page.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;
    assert_eq!(shown, include_str!("../data/comply-rules.toml"));
}

#[test]
fn the_page_lists_every_fact() {
    let page = fs::read_to_string(crate::workspace().join("docs/comply.md")).unwrap();
    for fact in seawall_report::comply::facts() {
        let row = format!("| `{}` | {} |", fact.id, fact.title);
        assert!(page.contains(&row), "docs/comply.md lacks {row}");
    }
}

/// Titles of a framework's file were shown as they are by two of the formats.
#[test]
fn issue_comply_token_repro() {
    let token = format!("ghp_{}", "0123456789abcdefghijABCDEFGHIJ012345");
    let own = OWN.replace("House rules", &token).replace("no host network", &token);
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("own.toml", own.as_str()), ("pod.yaml", POD)] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    for format in ["table", "markdown", "csv", "json", "oscal"] {
        let run = seawall_in(
            folder.path(),
            &["comply", "--framework-file", "own.toml", "pod.yaml", "-o", format],
            b"",
        );
        assert_eq!(run.code, 1, "{}", run.err);
        let out = run.out.replace('\\', "");
        assert!(out.contains("***"), "{format}: {out}");
        assert!(!out.contains(&token), "{format}: {out}");
    }
}
