//! Waivers over the checks and inventories that users have.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::sync::Arc;

use seawall_checks::{Evaluation, Profile, Settings, evaluate, pick};
use seawall_core::ResourceId;
use seawall_core::{Date, Finding, Origin, OriginKind, Problem};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_waivers::{Applied, Baseline, Entry, Glob, apply, in_sources, read_file, write_file};
use seawall_yaml::{Limits, Text, read};

/// Two privileged containers and one that shares the process namespace.
const PODS: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: infra, labels: {app: agent}}
spec:
  hostPID: true
  containers:
  - name: net
    image: registry.example/net@sha256:0000000000000000000000000000000000000000000000000000000000000000
    securityContext:
      privileged: true
  - name: log
    image: registry.example/log@sha256:0000000000000000000000000000000000000000000000000000000000000000
    securityContext:
      privileged: true
";

fn inventory(text: &str) -> Inventory {
    let text = Text::new(text);
    let mut builder = InventoryBuilder::new();
    for (number, document) in read(&text, &Limits::default()).0.into_iter().enumerate() {
        let origin =
            Origin { file: "pods.yaml".into(), document: number as u32, line: 1, kind: OriginKind::File };
        let root = document.tree.root().id();
        builder.push(Resource::new(Arc::new(document.tree), root, origin, None).unwrap());
    }
    builder.build()
}

struct Outcome {
    evaluation: Evaluation,
    applied: Applied,
    problems: Vec<Problem>,
}

impl Outcome {
    fn waived(&self) -> Vec<String> {
        let name = |finding: &Finding| format!("{} {}", finding.check.id, finding.locations[0].route);
        self.evaluation.findings.iter().filter(|finding| finding.waiver.is_some()).map(name).collect()
    }

    fn said(&self) -> Vec<&str> {
        let ours = |finding: &&Finding| finding.check.id.as_str().starts_with("admission-waiver");
        self.evaluation.findings.iter().filter(ours).map(|finding| &*finding.message).collect()
    }
}

fn run(manifest: &str, waivers: &str) -> Outcome {
    let inventory = inventory(manifest);
    let checks =
        pick(Profile::Default, &["pod-privileged".parse().unwrap(), "pod-host-pid".parse().unwrap()], &[]);
    let mut evaluation = evaluate(&inventory, &checks, &Settings::default());
    let (mut rules, problems) = in_sources(&inventory);
    let file = read_file(waivers, "seawall-waivers.yaml").unwrap();
    let inventory = match file.resource.clone() {
        Some(resource) => {
            let (inventory, home) = inventory.with(resource);
            rules.extend(file.at(home));
            inventory
        }
        None => inventory,
    };
    let ran: BTreeSet<&str> = checks.iter().map(|check| check.id).collect();
    let today: Date = "2026-11-29".parse().unwrap();
    let applied = apply(&mut evaluation, &inventory, &rules, today, &ran);
    Outcome { evaluation, applied, problems }
}

fn waiver(lines: &str) -> String {
    let scope: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    format!("waivers:\n  - owner: platform\n    reason: it must\n{scope}")
}

#[test]
fn each_condition_narrows() {
    let net = "pod-privileged spec.containers[0].securityContext.privileged";
    let log = "pod-privileged spec.containers[1].securityContext.privileged";
    for (scope, waived) in [
        ("", vec![net, log]),
        ("container: net", vec![net]),
        ("container: n*", vec![net]),
        ("route: spec.containers[name=log].securityContext", vec![log]),
        ("route: spec.containers[1]", vec![log]),
        ("kind: Pod\nnamespace: infra\nname: agent", vec![net, log]),
        ("namespace: in*", vec![net, log]),
        ("namespace: other", vec![]),
        ("kind: Deployment", vec![]),
        ("labels: {app: agent}", vec![net, log]),
        ("labels: {app: agent, tier: x}", vec![]),
        ("file: pods.*", vec![net, log]),
        ("file: other.yaml", vec![]),
        ("fingerprint: 00000000000000000000000000000000", vec![]),
    ] {
        let outcome = run(PODS, &waiver(&format!("check: pod-privileged\nuntil: 2027-01-31\n{scope}")));
        assert_eq!(outcome.waived(), waived, "{scope}");
        assert_eq!(outcome.applied.unused, usize::from(waived.is_empty()), "{scope}");
    }
}

#[test]
fn a_day_is_the_last_and_then_all_counts_again() {
    let on = |day: &str| run(PODS, &waiver(&format!("check: pod-host-pid\nuntil: {day}")));
    assert_eq!(on("2026-11-29").waived().len(), 1);
    let late = on("2026-11-28");
    assert!(late.waived().is_empty());
    assert_eq!(late.said(), ["the waiver ended on 2026-11-28: 1 finding counts again"]);
    let place = &late.evaluation.findings.last().unwrap().locations[0];
    assert_eq!(place.route.to_string(), "waivers[0]");
}

#[test]
fn what_covers_nothing_is_said_only_where_its_check_ran() {
    let outcome = run(PODS, &waiver("check: pod-host-pid\nuntil: 2027-01-31\nname: other"));
    assert_eq!(outcome.said(), ["the waiver for `pod-host-pid` covers no finding"]);
    let outcome = run(PODS, &waiver("check: pod-host-ipc\nuntil: 2027-01-31"));
    assert!(outcome.said().is_empty(), "that check did not run");
}

#[test]
fn comments_cover_what_begins_on_their_line_or_the_next() {
    let order = "# seawall: ignore pod-privileged, pod-host-pid until 2027-01-31 because it must";
    let pid = "pod-host-pid spec.hostPID";
    let net = "pod-privileged spec.containers[0].securityContext.privileged";
    let log = "pod-privileged spec.containers[1].securityContext.privileged";
    for (before, waived) in [
        ("apiVersion: v1\n", vec![pid, net, log]),
        ("spec:\n", vec![pid, net, log]),
        ("  hostPID: true\n", vec![pid]),
        ("  containers:\n", vec![net, log]),
        ("  - name: net\n", vec![net]),
        ("  - name: log\n", vec![log]),
        ("metadata:", vec![]),
    ] {
        let indent: String = before.chars().take_while(|c| *c == ' ').collect();
        let manifest = PODS.replacen(before, &format!("{indent}{order}\n\n{indent}# more\n{before}"), 1);
        let outcome = run(&manifest, "");
        assert_eq!(outcome.waived(), waived, "before {before:?}");
        assert!(outcome.problems.is_empty(), "{:?}", outcome.problems);
    }
    let manifest = PODS.replacen("  hostPID: true", &format!("  hostPID: true  {order}"), 1);
    assert_eq!(run(&manifest, "").waived(), [pid]);
    let manifest = PODS.replacen("  - name: net", &format!("  - name: net {order}"), 1);
    assert_eq!(run(&manifest, "").waived(), [net], "the item begins on that line");
}

#[test]
fn a_text_that_looks_like_a_comment_is_none() {
    let manifest = PODS.replace(
        "labels: {app: agent}",
        "annotations: {x: \"# seawall: ignore pod-host-pid until 2027-01-31 because no\"}",
    );
    let outcome = run(&manifest, "");
    assert!(outcome.waived().is_empty() && outcome.problems.is_empty());
}

#[test]
fn annotations_cover_their_object() {
    let sentences =
        "\\\"pod-host-pid until 2027-01-31 because a\\\\npod-privileged by me until 2026-01-01 because b\\\""
            .replace("\\\"", "\"")
            .replace("\\\\n", "\\n");
    let manifest =
        PODS.replace("labels: {app: agent}", &format!("annotations: {{seawall.dev/ignore: {sentences}}}"));
    let outcome = run(&manifest, "");
    assert_eq!(outcome.waived(), ["pod-host-pid spec.hostPID"]);
    assert_eq!(outcome.said(), ["the waiver ended on 2026-01-01: 2 findings count again"]);
}

#[test]
fn what_is_not_understood_waives_nothing_and_is_said() {
    for order in [
        "# seawall: ignore pod-host-pid because it must",
        "# seawall: ignore pod-host-pidd until 2027-01-31 because it must",
        "# seawall: silence everything",
        "# seawall: ignore",
    ] {
        let manifest = PODS.replacen("  hostPID", &format!("  {order}\n  hostPID"), 1);
        let outcome = run(&manifest, "");
        assert!(outcome.waived().is_empty());
        let [problem] = &outcome.problems[..] else { panic!("{order}: {:?}", outcome.problems) };
        assert_eq!(problem.position.unwrap().line, 5, "{order}");
        assert_eq!(problem.file.as_deref(), Some("pods.yaml"));
    }
    let outcome = run(&format!("{PODS}# seawall: ignore pod-host-pid until 2027-01-31 because late\n"), "");
    assert_eq!(outcome.problems.len(), 1, "nothing follows it");
}

#[test]
fn every_fault_of_a_file_has_its_line() {
    let text = "\
waivers:
  - check: pod-privileged
    owner: a
    until: 2027-01-31
  - check: [pod-privileged, pod-host-pidd]
    owner: a
    reason: b
    until: soon
    nane: x
  - just text
  - {owner: '', reason: [x], until: 2027-01-31, labels: x, route: '..'}
more: 1
";
    let faults: Vec<String> = read_file(text, "w.yaml")
        .unwrap_err()
        .iter()
        .map(|fault| format!("{}: {}", fault.position.unwrap().line, fault.message))
        .collect();
    let expected = [
        "2: `reason` is missing",
        "9: unknown key `nane`",
        "5: no check is called `pod-host-pidd`",
        "8: `soon` is no day",
        "10: a waiver must be a map",
        "11: `check` is missing",
        "11: `owner` is empty",
        "11: `reason` must be a text",
        "11: `..` is no route",
        "11: `labels` must be a map",
        "12: unknown key `more`",
    ];
    assert_eq!(faults.len(), expected.len(), "{faults:#?}");
    for (fault, expected) in faults.iter().zip(expected) {
        assert!(fault.starts_with(expected), "{fault} / {expected}");
    }
    for broken in ["waivers: {", "- a", "waivers: x", "a: 1\n---\nb: 2", "\u{0}"] {
        assert!(read_file(broken, "w.yaml").is_err(), "{broken:?}");
    }
    assert!(read_file("", "w.yaml").is_ok());
}

#[test]
fn a_baseline_leaves_what_is_new() {
    let mut outcome = run(PODS, "");
    let all = outcome.evaluation.findings.len();
    let known = outcome.evaluation.findings[0].fingerprint;
    let report = format!(
        r#"{{"schema":"seawall.dev/report/v1","findings":[{{"fingerprint":"{known}","x":1}},{{"fingerprint":"gone"}}]}}"#
    );
    let compared = Baseline::read(&report).unwrap().apply(&mut outcome.evaluation);
    assert_eq!((compared.known, compared.gone), (1, 1));
    assert_eq!(outcome.evaluation.findings.len(), all - 1);
    for bad in ["", "{}", "[]", r#"{"schema":"x","findings":[]}"#, r#"{"schema":"seawall.dev/report/v1"}"#] {
        assert!(Baseline::read(bad).is_err(), "{bad}");
    }
}

fn entry(text: &str) -> Entry {
    let some = || Some(text.to_owned());
    Entry {
        checks: vec!["pod-privileged".into(), "area:rbac".into()],
        kind: some(),
        namespace: some(),
        name: some(),
        labels: vec![("app".into(), text.into())],
        container: some(),
        file: some(),
        owner: Some(format!("o{text}")),
        reason: format!("r{text}"),
        until: "2027-01-31".parse().unwrap(),
    }
}

/// A file with this entry is read as the same waiver, whatever its texts hold.
fn is_read_back(text: &str) {
    let written = write_file(&[format!("head {text}")], &[entry(text), entry("plain")]);
    let read = read_file(&written, "w.yaml").unwrap_or_else(|problems| panic!("{problems:#?}\n{written}"));
    let rules = read.at(ResourceId(0));
    assert_eq!(rules.len(), 2, "{written}");
    let rule = &rules[0];
    let glob = Some(Glob::new(text));
    let scope = &rule.scope;
    for found in [&scope.kind, &scope.namespace, &scope.name, &scope.container, &scope.file] {
        assert_eq!(*found, glob, "{written}");
    }
    assert_eq!(scope.labels, [("app".to_owned(), text.to_owned())]);
    assert_eq!(
        (&rule.waiver.reason, rule.waiver.owner.as_deref()),
        (&format!("r{text}"), Some(&*format!("o{text}")))
    );
    assert_eq!(rule.waiver.until.to_string(), "2027-01-31");
    assert!(rule.checks.contains("pod-privileged") && rule.checks.contains("rbac-wildcard"));
    let hidden = |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
    assert!(!written.contains(hidden), "{written:?}");
}

#[test]
fn what_is_written_is_read() {
    for text in [
        "web",
        "*",
        "yes",
        "007",
        "a: b",
        "# no",
        "\u{202e}x\u{1b}",
        "a\nb",
        "",
        "'\"\\",
        "- x",
        "{{ y }}",
        "2027-01-31",
    ] {
        is_read_back(text);
    }
    let text = write_file(&[], &[Entry { owner: None, ..entry("x") }]);
    assert_eq!(read_file(&text, "w.yaml").unwrap_err()[0].message, "`owner` is empty");
    assert!(read_file(&write_file(&[], &[]), "w.yaml").is_ok());
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_back(text in "[ -~\u{a0}-\u{2fff}\n\t]{0,20}") {
        is_read_back(&text);
    }
}
