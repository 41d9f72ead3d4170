//! `seawall rbac tenants`.

use crate::{Run, seawall_in};

/// A snapshot of everything: two namespaces, each with a pod on a node of its own and a policy.
fn snapshot(more: &[&str]) -> String {
    let mut lines = vec![
        r#"{"kind":"SnapshotHeader","apiVersion":"seawall.dev/v1","complete":true,"serverVersion":{"major":"1","minor":"36"}}"#.to_owned(),
    ];
    for (team, node) in [("blue", "n1"), ("red", "n2")] {
        lines.extend([
            format!(r#"{{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"{team}","labels":{{"team":"{team}"}}}}}}"#),
            format!(r#"{{"apiVersion":"v1","kind":"Node","metadata":{{"name":"{node}","labels":{{"pool":"{team}"}}}}}}"#),
            format!(r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"web","namespace":"{team}"}},"spec":{{"nodeName":"{node}","nodeSelector":{{"pool":"{team}"}},"containers":[{{"name":"web","image":"web"}}]}}}}"#),
            format!(r#"{{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{{"name":"deny","namespace":"{team}"}},"spec":{{"podSelector":{{}}}}}}"#),
        ]);
    }
    lines.extend(more.iter().map(|line| (*line).to_owned()));
    lines.join("\n") + "\n"
}

fn tenants(snapshot: &str, args: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("c.jsonl"), snapshot).unwrap();
    seawall_in(folder.path(), &[&["rbac", "tenants"], args, &["-f", "c.jsonl"]].concat(), b"")
}

const ROLE: &str = r#"{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"r","namespace":"red"},"rules":[{"apiGroups":[""],"resources":["secrets"],"verbs":["get"]}]}"#;
const BINDING: &str = r#"{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"r\u001b[2J","namespace":"red"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"},"subjects":[{"kind":"ServiceAccount","name":"ci","namespace":"blue"}]}"#;

#[test]
fn a_whole_cluster_gives_proofs() {
    let run = tenants(&snapshot(&[]), &["team=blue", "red", "--strict"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
    assert!(run.out.contains("tenant `team=blue`: blue\ntenant `red`: red\n"), "{}", run.out);
    assert!(
        run.out.ends_with("isolated: rights, network, nodes, storage, hosts, cluster-objects\n"),
        "{}",
        run.out
    );
    let json = tenants(&snapshot(&[]), &["blue", "red", "-o", "json"]).json();
    assert_eq!((&json["schema"], &json["command"]), (&"seawall.dev/rbac/v1".into(), &"tenants".into()));
    assert_eq!(json["isolated"], true);
    assert_eq!(json["dimensions"][1]["outcome"], "proof");
    assert!(!json["dimensions"][1]["checked"].as_array().unwrap().is_empty());
}

#[test]
fn a_witness_is_shown_with_its_evidence() {
    let text = snapshot(&[ROLE, BINDING]);
    let run = tenants(&text, &["blue", "red"]);
    assert_eq!(run.code, 1);
    assert!(
        run.out.contains("rights: not isolated\n  ServiceAccount/blue/ci holds rights in Namespace/red\n"),
        "{}",
        run.out
    );
    assert!(run.out.contains("Role/red/r rule 1: get on secrets (core)"), "{}", run.out);
    assert!(!run.out.contains('\u{1b}'), "{}", run.out);
    let json = tenants(&text, &["blue", "red", "-o", "json", "--strict"]);
    assert_eq!(json.code, 1);
    let json = json.json();
    assert_eq!(json["isolated"], false);
    assert_eq!(json["dimensions"][0]["witnesses"][0]["evidence"][1]["says"], "get on secrets (core)");
}

#[test]
fn what_is_not_complete_is_not_evaluated() {
    let all = snapshot(&[]);
    let (_, without_header) = all.split_once('\n').unwrap();
    let run = tenants(without_header, &["blue", "red"]);
    assert_eq!(run.code, 0);
    assert!(
        run.out.contains("rights: not evaluated, because not every object is here of ClusterRole"),
        "{}",
        run.out
    );
    assert_eq!(tenants(without_header, &["blue", "red", "--strict"]).code, 3);
    let json = tenants(without_header, &["blue", "red", "-o", "json"]).json();
    assert!(json["isolated"].is_null());
}

#[test]
fn wrong_tenants_are_answered() {
    for (a, b, said) in [
        ("blue", "rde", "nothing here is in a namespace called `rde`"),
        ("blue", "team=green", "no Namespace here is selected by `team=green`"),
        ("blue", "team!=red", "the namespace `blue` belongs to both tenants"),
        ("blue,", "red", "`blue,` is no tenant"),
    ] {
        let run = tenants(&snapshot(&[]), &[a, b]);
        assert_eq!(run.code, 2, "{a} {b}");
        assert!(run.err.contains(said), "{}", run.err);
    }
}
