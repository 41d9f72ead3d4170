//! Waivers and baselines as a user meets them.

use std::fs;

use super::{Run, seawall_in};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: agent, namespace: infra}\nspec:\n  hostPID: true\n  containers: []\n";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn scan(files: &[(&str, &str)], args: &[&str]) -> Run {
    let args: Vec<&str> =
        ["scan", "pod.yaml", "--select", "pod-host-pid"].iter().chain(args).copied().collect();
    seawall_in(folder(files).path(), &args, b"")
}

fn waiver(until: &str) -> String {
    format!(
        "waivers:\n- check: pod-host-pid\n  name: agent\n  owner: platform\n  reason: reads processes\n  until: {until}\n"
    )
}

#[test]
fn a_waived_finding_is_shown_and_does_not_fail_the_run() {
    let open = scan(&[("pod.yaml", POD)], &[]);
    assert_eq!(open.code, 1, "{}", open.err);
    let files = [("pod.yaml", POD), ("seawall-waivers.yaml", &waiver("2999-01-01"))];
    let waived = scan(&files, &["--color", "never"]);
    assert_eq!(waived.code, 0, "{}{}", waived.out, waived.err);
    let expected = "waived\n  until 2999-01-01, by platform: reads processes\n    high[pod-host-pid] Pod/infra/agent: pod shares";
    assert!(waived.out.contains(expected), "{}", waived.out);
    assert!(waived.out.contains("no findings; 1 waived"), "{}", waived.out);
    let report = scan(&files, &["-o", "json"]).json();
    let expected = serde_json::json!({"owner": "platform", "reason": "reads processes", "until": "2999-01-01",
        "file": "seawall-waivers.yaml", "line": 2});
    assert_eq!(report["findings"][0]["waiver"], expected);
    assert_eq!(report["scores"]["nodes"], 0, "accepting a risk repairs nothing");
    let sarif = scan(&files, &["-o", "sarif"]).json();
    let suppression = &sarif["runs"][0]["results"][0]["suppressions"][0];
    assert_eq!(suppression["kind"], "external");
    assert_eq!(suppression["justification"], "until 2999-01-01, by platform: reads processes");
    assert!(!scan(&files, &["-o", "github"]).out.contains("::error"));
}

#[test]
fn an_expired_waiver_is_a_finding_at_its_line() {
    let run = scan(&[("pod.yaml", POD), ("seawall-waivers.yaml", &waiver("2001-01-01"))], &["-o", "json"]);
    assert_eq!(run.code, 1);
    let report = run.json();
    let finding = &report["findings"][1];
    assert_eq!(finding["check"], "admission-waiver-expired");
    assert_eq!(finding["message"], "the waiver ended on 2001-01-01: 1 finding counts again");
    assert_eq!(finding["locations"][0]["file"], "seawall-waivers.yaml");
    assert_eq!(finding["locations"][0]["line"], 2);
}

#[test]
fn comments_waive_where_they_stand() {
    let pod = POD.replace(
        "hostPID: true",
        "hostPID: true # seawall: ignore pod-host-pid until 2999-01-01 because it must",
    );
    let run = scan(&[("pod.yaml", &pod)], &["-o", "sarif"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(run.json()["runs"][0]["results"][0]["suppressions"][0]["kind"], "inSource");
    let pod = POD.replace("hostPID: true", "hostPID: true # seawall: ignore pod-host-pid");
    let run = scan(&[("pod.yaml", &pod)], &["-o", "json", "--strict"]);
    assert_eq!(run.code, 1);
    let problem = run.json()["problems"][0].clone();
    assert_eq!((&problem["severity"], &problem["line"]), (&"error".into(), &5.into()), "{problem}");
}

#[test]
fn findings_about_waivers_are_explained() {
    for id in ["admission-waiver-expired", "admission-waiver-unused"] {
        let run = seawall_in(folder(&[]).path(), &["explain", id], b"");
        assert!(run.code == 0 && run.out.contains(id), "{id}: {}", run.err);
    }
}

/// The examples of the page are read as they stand there.
#[test]
fn the_page_shows_waivers_that_are_understood() {
    let page = include_str!("../../../../docs/waivers.md");
    let blocks: Vec<&str> =
        page.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("yaml\n")).collect();
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        let files = match block.starts_with("waivers:") {
            true => vec![("pod.yaml", POD), ("seawall-waivers.yaml", block)],
            false => vec![("pod.yaml", block)],
        };
        let run = seawall_in(folder(&files).path(), &["scan", "pod.yaml", "-o", "json"], b"");
        let report = run.json();
        assert_eq!(report["problems"], serde_json::json!([]), "{block}");
        if !block.starts_with("waivers:") {
            let waived = report["findings"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|finding| !finding["waiver"].is_null())
                .count();
            assert!(waived > 0, "{block}");
        }
    }
}

#[test]
fn a_file_with_a_fault_stops_the_run() {
    let run = scan(&[("pod.yaml", POD), ("seawall-waivers.yaml", &waiver("soon"))], &[]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("seawall-waivers.yaml:6:3: error: `soon` is no day"), "{}", run.err);
    let run = scan(&[("pod.yaml", POD)], &["--waivers", "none.yaml"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("waivers `none.yaml`"), "{}", run.err);
    let files = [("pod.yaml", POD), ("seawall.yaml", "waivers: w.yaml\n"), ("w.yaml", &waiver("2999-01-01"))];
    assert_eq!(scan(&files, &[]).code, 0, "named by the configuration");
}

#[test]
fn a_baseline_leaves_only_what_is_new() {
    let before = scan(&[("pod.yaml", POD)], &["-o", "json"]).out;
    // The fingerprint survives moved lines.
    let moved = format!("# more\n\n{POD}");
    let files = [("pod.yaml", moved.as_str()), ("before.json", before.as_str())];
    let run = scan(&files, &["--baseline", "before.json", "-o", "json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let report = run.json();
    assert_eq!(report["baseline"], serde_json::json!({"known": 1, "gone": 0}));
    assert_eq!(report["findings"], serde_json::json!([]));
    let run = scan(&[("pod.yaml", POD), ("before.json", "{}")], &["--baseline", "before.json"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("baseline `before.json`: not a report of `seawall scan -o json`"),
        "{}",
        run.err
    );
}
