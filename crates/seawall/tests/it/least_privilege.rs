//! `seawall rbac minimize` and `seawall rbac kubeconfig`.

use std::path::Path;

use crate::{Run, seawall_in};

fn event(user: &str, day: u32, verb: &str, resource: &str, name: &str, decision: &str) -> String {
    let event = serde_json::json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": format!("id-{day}"),
        "stage": "ResponseComplete", "verb": verb, "requestURI": "/x",
        "user": {"username": user, "groups": ["system:serviceaccounts", "system:authenticated"]},
        "objectRef": {"resource": resource, "namespace": "shop", "name": name, "apiVersion": "v1"},
        "responseStatus": {"code": 200}, "stageTimestamp": format!("2026-11-{day:02}T00:00:00.000000Z"),
        "annotations": {"authorization.k8s.io/decision": decision, "authorization.k8s.io/reason": ""},
    });
    event.to_string() + "\n"
}

const CI: &str = "system:serviceaccount:shop:ci";

const CLUSTER: &str = "
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: ci, namespace: shop}
rules: [{apiGroups: [''], resources: [configmaps, secrets], verbs: [get, delete]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: ci, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: ci}
subjects: [{kind: ServiceAccount, name: ci, namespace: shop}]
";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let log = [
        event(CI, 1, "get", "configmaps", "settings", "allow"),
        event(CI, 9, "get", "configmaps", "settings", "allow"),
        event(CI, 9, "list", "pods", "", "forbid"),
        event("alice", 9, "list", "pods", "", "allow"),
    ];
    std::fs::write(folder.path().join("audit.log"), log.concat()).unwrap();
    std::fs::write(folder.path().join("cluster.yaml"), CLUSTER).unwrap();
    folder
}

fn minimize(folder: &Path, subject: &str, more: &[&str]) -> Run {
    seawall_in(folder, &[&["rbac", "minimize", subject, "--audit", "audit.log"], more].concat(), b"")
}

#[test]
fn text_shows_what_is_held_denied_and_needed() {
    let folder = folder();
    let run = minimize(folder.path(), "ServiceAccount/shop/ci", &["-f", "cluster.yaml"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    for part in [
        "ServiceAccount/shop/ci: 2 distinct requests in 4 events; 1 need a right of their own, 0 everybody may make",
        "observed from 2026-11-01T00:00:00.000000Z to 2026-11-09T00:00:00.000000Z (8d)",
        "Role/shop/ci to ServiceAccount/shop/ci by RoleBinding/shop/ci in namespace shop: 1 of 1 rules used",
        "rule 1 was used 2 times; never requested: get secrets, delete configmaps, delete secrets",
        "list pods in shop: 1 request (1 denied), 2026-11-09T00:00:00.000000Z, audit id id-9",
        "allowed and never requested: 4 combinations of namespace, verb and resource today, 0 with the new roles",
        "    resourceNames: [settings]",
        "unobserved is not unused",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
    assert!(!run.out.contains("caution"), "{}", run.out);
    let short = minimize(folder.path(), CI, &["--min-window", "30d"]);
    assert!(short.out.contains("caution: only 8d were observed, less than the 30d"), "{}", short.out);
}

#[test]
fn yaml_can_be_read_again_and_json_has_it_all() {
    let folder = folder();
    let yaml = minimize(folder.path(), CI, &["-o", "yaml", "--include-denied"]);
    let scan = seawall_in(folder.path(), &["scan", "-", "-o", "json"], yaml.out.as_bytes());
    assert_eq!(scan.json()["inputs"]["resources"], 2, "{}", yaml.out);
    let json = minimize(folder.path(), CI, &["-o", "json", "-f", "cluster.yaml"]).json();
    assert_eq!((&json["schema"], &json["command"]), (&"seawall.dev/rbac/v1".into(), &"minimize".into()));
    assert_eq!(json["roles"][0]["namespace"], "shop");
    assert_eq!(json["roles"][0]["rules"][0]["evidence"][0]["allowed"], 2);
    assert_eq!(json["held"][0]["unused"].as_array().unwrap().len(), 3);
    assert_eq!(json["denied"][0]["denied"], 1);
}

#[test]
fn the_log_comes_from_standard_input_too() {
    let folder = folder();
    let log = std::fs::read(folder.path().join("audit.log")).unwrap();
    let run = seawall_in(folder.path(), &["rbac", "minimize", "alice", "--audit", "-", "-o", "yaml"], &log);
    assert!(run.out.contains("name: minimal-alice"), "{}{}", run.out, run.err);
}

#[test]
fn wrong_words_are_answered() {
    let folder = folder();
    let nobody = minimize(folder.path(), "nobody", &[]);
    assert_eq!(nobody.code, 2);
    assert!(
        nobody.err.contains("those who make most are `system:serviceaccount:shop:ci`, `alice`"),
        "{}",
        nobody.err
    );
    assert_eq!(minimize(folder.path(), "Group/", &[]).code, 2);
    let empty = seawall_in(folder.path(), &["rbac", "minimize", "alice", "--audit", "cluster.yaml"], b"");
    assert_eq!(empty.code, 2);
    assert!(empty.err.contains("no audit event in the logs"), "{}", empty.err);
}

#[test]
fn nothing_from_the_log_reaches_the_terminal_raw() {
    let folder = folder();
    let user = "eve\u{1b}[2J\u{202e}";
    let log = event(user, 1, "get", "configmaps", "a\u{1b}]0;x\u{7}\n---\n", "forbid");
    std::fs::write(folder.path().join("audit.log"), log).unwrap();
    for more in [&["-f", "cluster.yaml"][..], &["--include-denied"], &["-o", "yaml", "--include-denied"]] {
        let run = minimize(folder.path(), user, more);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(!run.out.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{}", run.out);
    }
}

#[test]
fn kubeconfigs_are_judged_without_showing_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    let text = "apiVersion: v1\nkind: Config\nclusters: [{name: prod, cluster: {server: 'https://x', insecure-skip-tls-verify: true}}]\nusers: [{name: me, user: {token: hunter2}}]\n";
    std::fs::write(&path, text).unwrap();
    let run = seawall_in(folder.path(), &["rbac", "kubeconfig", "config"], b"");
    assert_eq!(run.code, 1);
    assert!(run.out.contains("high      cluster prod: `insecure-skip-tls-verify` is set"), "{}", run.out);
    assert!(run.out.contains("[kubeconfig-embedded-token]") && !run.out.contains("hunter2"), "{}", run.out);
    let json = seawall_in(
        folder.path(),
        &["rbac", "kubeconfig", "config", "-o", "json", "--fail-on", "critical"],
        b"",
    );
    assert_eq!(json.code, 0);
    assert_eq!(json.json()["command"], "kubeconfig");
    std::fs::write(&path, text.to_owned() + "token: [hunter2\n").unwrap();
    let broken = seawall_in(folder.path(), &["rbac", "kubeconfig", "config"], b"");
    assert!(!(broken.out + &broken.err).contains("hunter2"));
    std::fs::write(&path, "kind: Pod\napiVersion: v1\n").unwrap();
    let other = seawall_in(folder.path(), &["rbac", "kubeconfig", "config"], b"");
    assert_eq!(other.code, 2);
    assert!(other.err.contains("is no kubeconfig"), "{}", other.err);
}
