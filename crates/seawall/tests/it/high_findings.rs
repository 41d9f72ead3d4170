//! `docs/high-findings.md` lists what is high on real inventories, when these are here: no more and no less.

use std::collections::BTreeMap;

use crate::{seawall_in, workspace};

/// Target in the corpus, heading of its table.
const TABLES: [(&str, &str); 3] = [
    ("kube-prometheus", "## kube-prometheus"),
    ("argo-cd", "## Argo CD (all its install manifests)"),
    ("cluster/busy.jsonl.zst", "## The cluster `busy`"),
];

/// Subject, check and severity, and how often.
type Found = BTreeMap<[String; 3], usize>;

fn listed(page: &str, heading: &str) -> Found {
    let lines = page.lines().skip_while(|line| *line != heading).skip(1);
    let rows = lines.take_while(|line| !line.starts_with("## ")).filter(|line| line.starts_with("| `"));
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        assert!(cells[5].len() > 2, "no reason in: {line}");
        ([cells[1].into(), cells[2].into(), cells[3].into()], cells[4].parse().unwrap())
    };
    rows.map(row).collect()
}

fn found(target: &str) -> Found {
    let corpus = workspace().join("../shared/corpus");
    let report = seawall_in(&corpus, &["scan", target, "-o", "json"], b"").json();
    let mut found = Found::new();
    for finding in report["findings"].as_array().unwrap() {
        let severity = finding["severity"].as_str().unwrap();
        if !matches!(severity, "high" | "critical") {
            continue;
        }
        let subject = &finding["subject"];
        let part = |key: &str| subject[key].as_str().map(|text| format!("{text}/")).unwrap_or_default();
        let name = format!("{}{}{}", part("kind"), part("namespace"), subject["name"].as_str().unwrap());
        let key = [name, finding["check"].as_str().unwrap().to_owned(), severity.to_owned()];
        *found.entry(key).or_default() += 1;
    }
    found
}

#[test]
fn every_high_finding_has_been_read() {
    if !workspace().join("../shared/corpus").is_dir() {
        eprintln!("skipped: no corpus beside the workspace");
        return;
    }
    let page = std::fs::read_to_string(workspace().join("docs/high-findings.md")).unwrap();
    for (target, heading) in TABLES {
        assert_eq!(found(target), listed(&page, heading), "{target}");
    }
}
