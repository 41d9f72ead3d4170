//! `seawall admit preview` as a user meets it.
#![cfg(feature = "admit")]

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::{Run, seawall_in, workspace};

const CONFIG: &str = "admission:
  select: [pod-privileged]
  rules:
    - {policies: [pod-privileged], namespaces: [shop], mode: warn}
";

/// A Deployment with what it made, a pod of another namespace, and the pods' namespaces.
const OBJECTS: &str = "apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Namespace
metadata: {name: lab}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, uid: d}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: a, securityContext: {privileged: true}}]}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-1
  namespace: shop
  uid: r
  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: d, controller: true}]
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: a, securityContext: {privileged: true}}]}
---
apiVersion: v1
kind: Pod
metadata:
  name: web-1-x
  namespace: shop
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, uid: r, controller: true}]
spec: {containers: [{name: web, image: a, securityContext: {privileged: true}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: job, namespace: lab}
spec: {containers: [{name: web, image: a, securityContext: {privileged: true}}]}
";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn preview(folder: &Path, args: &[&str]) -> Run {
    seawall_in(folder, &[&["admit", "preview"], args].concat(), b"")
}

#[test]
fn a_workload_and_what_it_makes_give_one_line() {
    let folder = folder(&[("seawall.yaml", CONFIG), ("objects.yaml", OBJECTS)]);
    let run = preview(folder.path(), &["objects.yaml", "-o", "json"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    let json = run.json();
    assert_eq!(json["verdict"]["text"], "would refuse 3 of 6 objects; 1 would be warned about");
    let policy = &json["policies"][0];
    assert_eq!(policy["policy"], "pod-privileged");
    assert_eq!(policy["today"], json!({"refused": 0, "warned": 3, "noted": 1}));
    assert_eq!(policy["then"], json!({"refused": 3, "warned": 1, "noted": 0}));
    let groups: Vec<Value> = policy["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            json!([
                group["namespace"],
                group["kind"],
                group["name"],
                group["requests"],
                group["example"]["line"]
            ])
        })
        .collect();
    assert_eq!(groups, [json!(["shop", "Deployment", "web", 3, 9]), json!(["lab", "Pod", "job", 1, 39])]);
    let table = preview(folder.path(), &["objects.yaml"]);
    let wanted = "  --> Deployment/shop/web: 3 objects (Deployment 1, Pod 1, ReplicaSet 1)\n";
    assert!(table.out.contains(wanted), "{}", table.out);
    // What is configured is previewed as a mode of its own.
    assert_eq!(preview(folder.path(), &["objects.yaml", "--mode", "warn"]).code, 0);
    assert_eq!(preview(folder.path(), &["objects.yaml", "--mode", "enforce"]).code, 1);
    assert_eq!(preview(folder.path(), &["objects.yaml", "--mode", "block"]).code, 2);
    let markdown = preview(folder.path(), &["objects.yaml", "-o", "markdown"]);
    assert!(markdown.out.contains("| Deployment/shop/web | 3 |"), "{}", markdown.out);
}

#[test]
fn safe_is_said_only_when_everything_was_judged() {
    let safe = OBJECTS.replace("privileged: true", "privileged: false");
    let folder = folder(&[
        ("seawall.yaml", CONFIG),
        ("safe.yaml", &safe),
        ("broken.yaml", "kind: Pod\napiVersion: v1\nmetadata: {name: [\n"),
        (
            "lost.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: far}\nspec: {containers: []}\n",
        ),
        ("thing.yaml", "apiVersion: x.example/v1\nkind: Thing\nmetadata: {name: a}\n"),
    ]);
    let told = |args: &[&str]| {
        let run = preview(folder.path(), &[args, &["--strict", "-o", "json"]].concat());
        let text = run.json()["verdict"]["text"].as_str().unwrap().to_owned();
        (run.code, text)
    };
    assert_eq!(told(&["safe.yaml"]), (0, "safe: all 6 objects were judged and none would be refused".into()));
    for (file, missing) in [
        ("broken.yaml", "1 part of the input could not be read"),
        ("lost.yaml", "1 of 7 objects could not be judged"),
        ("thing.yaml", "1 of 7 objects could not be judged"),
    ] {
        let text = format!("nothing of what could be judged would be refused; {missing}: not safe to say");
        assert_eq!(told(&["safe.yaml", file]), (3, text), "{file}");
        assert_eq!(
            preview(folder.path(), &["safe.yaml", file]).code,
            0,
            "{file}: only `--strict` asks for all"
        );
    }
    let lost = preview(folder.path(), &["lost.yaml"]);
    assert!(
        lost.out.contains("failed to lookup namespace") && lost.out.contains("`--inventory TARGET`"),
        "{}",
        lost.out
    );
    std::fs::write(
        folder.path().join("far.yaml"),
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: far}\n",
    )
    .unwrap();
    assert_eq!(told(&["lost.yaml", "--inventory", "far.yaml"]).0, 0);
}

/// A snapshot leaves out what is no state: that is told, and no reason for doubt; what was forbidden is.
#[test]
fn what_is_no_state_is_not_missing_from_a_snapshot() {
    let snapshot = |refused: &str| {
        let event = r#"{"kind":"Event","reason":"not part of a snapshot: events are history, not state"}"#;
        format!(
            "{{\"kind\":\"SnapshotHeader\",\"schema\":\"seawall.dev/snapshot/v1\",\"writer\":\"seawall 0.1.0\",\"complete\":true,\
             \"kinds\":[{{\"kind\":\"Namespace\"}}],\"refused\":[{event}{refused}]}}\n\
             {{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{{\"name\":\"shop\"}}}}\n"
        )
    };
    let forbidden = r#",{"kind":"Service","reason":"status 403: not you"}"#;
    let folder = folder(&[("all.jsonl", &snapshot("")), ("some.jsonl", &snapshot(forbidden))]);
    let run = preview(folder.path(), &["all.jsonl", "--strict"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let said = "safe: the only object was judged and would not be refused; objects that are no state are not looked at: Event";
    assert!(run.out.contains(said), "{}", run.out);
    let run = preview(folder.path(), &["some.jsonl", "--strict"]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert!(run.err.contains("`Service` could not be read: status 403: not you"), "{}", run.err);
    assert!(run.out.contains("1 part of the input could not be read: not safe to say"), "{}", run.out);
}

fn event(number: usize, level: &str, object: &Value) -> String {
    let event = json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": level, "auditID": format!("a{number}"),
        "stage": "ResponseComplete", "verb": "create", "requestURI": "/api/v1/namespaces/shop/pods",
        "user": {"username": "alice"}, "userAgent": "kubectl/v1.36 (linux)",
        "objectRef": {"resource": "pods", "namespace": "shop", "name": "web", "apiVersion": "v1"},
        "responseStatus": {"code": 201}, "requestObject": object,
        "stageTimestamp": format!("2026-11-{:02}T00:00:00Z", 1 + number % 28),
    });
    event.to_string() + "\n"
}

fn pod(privileged: bool) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"containers": [{"name": "web", "image": "a", "securityContext": {"privileged": privileged}}]}})
}

const NAMESPACE: &str = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";

#[test]
fn a_log_is_replayed_and_says_what_it_cannot_tell() {
    let good: String = (0..20).map(|number| event(number, "RequestResponse", &pod(false))).collect();
    let bad = event(3, "Request", &pod(true)) + &event(9, "Request", &pod(true));
    let blind = event(0, "Metadata", &Value::Null);
    let folder = folder(&[
        ("seawall.yaml", CONFIG),
        ("namespace.yaml", NAMESPACE),
        ("good.log", &good),
        ("bad.log", &bad),
        ("blind.log", &blind),
        ("short.log", &event(0, "Request", &pod(false))),
        ("broken.log", &format!("{good}{{\"auditID\":\n{good}")),
    ]);
    let told = |logs: &[&str]| {
        let mut args = vec!["--strict", "-o", "json", "--inventory", "namespace.yaml"];
        logs.iter().for_each(|log| args.extend(["--audit", log]));
        let run = preview(folder.path(), &args);
        (run.code, run.json())
    };
    let (code, json) = told(&["good.log"]);
    assert_eq!((code, &json["verdict"]["state"]), (0, &json!("safe")), "{json}");
    let safe = "safe: all 20 requests were judged and none would be refused, over a log of 19d";
    assert_eq!(json["verdict"]["text"], safe);
    let (code, json) = told(&["good.log", "bad.log", "blind.log"]);
    assert_eq!(code, 1);
    assert_eq!(
        json["verdict"]["text"],
        "would refuse 2 of 23 requests, over a log of 19d; 1 of 23 requests could not be judged"
    );
    let policy = &json["policies"][0];
    assert_eq!(
        (&policy["first"], &policy["last"]),
        (&json!("2026-11-04T00:00:00.000000Z"), &json!("2026-11-10T00:00:00.000000Z"))
    );
    let group = &policy["groups"][0];
    assert_eq!(
        (&group["user"], &group["agent"], &group["kind"]),
        (&json!("alice"), &json!("kubectl/v1.36"), &json!("Pod"))
    );
    assert_eq!(group["example"]["audit_id"], "a3");
    let (code, json) = told(&["good.log", "blind.log"]);
    assert_eq!(code, 3);
    let gap = &json["not_judged"][0];
    assert_eq!(
        (&gap["policy"], &gap["reason"]),
        (&Value::Null, &json!("the log holds no object (level Metadata)"))
    );
    assert!(json["verdict"]["text"].as_str().unwrap().ends_with("not safe to say"));
    // A line that cannot be read may have been a request; the others count.
    let (code, json) = told(&["broken.log"]);
    assert_eq!((code, &json["requests"]["all"], &json["unread"]), (3, &json!(40), &json!(1)));
    let short = preview(folder.path(), &["--audit", "short.log", "--inventory", "namespace.yaml"]);
    assert!(
        short.out.contains("over a log of 0s") && short.out.contains("what is done more rarely"),
        "{}",
        short.out
    );
}

#[test]
fn wrong_usage_and_empty_logs_are_said() {
    let folder = folder(&[("empty.log", ""), ("x.log", "{}\n"), ("seawall.yaml", "admission: {}\n")]);
    for (args, said) in [
        (&["--audit", "empty.log"][..], "nothing to judge: no audit event in `empty.log`"),
        (&["--audit", "x.log"], "nothing to judge"),
        (&["--audit", "nowhere.log"], "the audit log could not be opened"),
        (&["nowhere.yaml"], "nowhere.yaml"),
        (&["--audit", "x.log", "a.yaml"], "cannot be used with"),
        (&[], "nothing to judge: no Kubernetes object in `.`"),
    ] {
        let run = preview(folder.path(), args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.out);
        assert!(run.err.contains(said), "{args:?}: {}", run.err);
    }
}

/// Whoever writes the log chooses every name in it.
#[test]
fn names_of_a_log_stay_names() {
    const EVIL: &str = "</a>|`x` [a](b)\u{1b}[31m\u{202e}\n::error::x";
    let mut log = String::new();
    for (number, privileged) in [true, false].into_iter().enumerate() {
        let mut event: Value = serde_json::from_str(&event(number, "Request", &pod(privileged))).unwrap();
        for pointer in ["/user/username", "/userAgent", "/objectRef/namespace", "/objectRef/name", "/auditID"]
        {
            *event.pointer_mut(pointer).unwrap() = json!(EVIL);
        }
        event["requestObject"]["spec"]["containers"][0]["name"] = json!(EVIL);
        writeln!(log, "{event}").unwrap();
    }
    let folder = folder(&[("seawall.yaml", CONFIG), ("evil.log", &log)]);
    for format in ["table", "json", "markdown"] {
        let run = preview(folder.path(), &["--audit", "evil.log", "-o", format]);
        assert!(run.code < 2, "{}", run.err);
        let raw = |text: &str| text.chars().any(|c| matches!(c, '\u{1b}' | '\u{202e}'));
        assert!(!raw(&run.out) && !raw(&run.err), "{}", run.out);
        assert!(run.out.lines().all(|line| !line.trim_start().starts_with("::")), "{}", run.out);
        assert!(format != "markdown" || !run.out.contains("</a>"), "{}", run.out);
    }
}

/// What is judged is bounded by what the log holds, and no body stops the rest.
#[test]
fn bodies_that_are_no_objects_cost_only_themselves() {
    let deep = format!("{}1{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
    let mut log = event(0, "Request", &pod(true));
    for body in [
        deep.as_str(),
        "[]",
        "7",
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[[]]}}",
        "{\"a\":[]]",
    ] {
        log.push_str(&event(1, "Request", &json!("BODY")).replace("\"BODY\"", body));
    }
    let folder = folder(&[("seawall.yaml", CONFIG), ("a.log", &log), ("namespace.yaml", NAMESPACE)]);
    let run = preview(folder.path(), &["--audit", "a.log", "--inventory", "namespace.yaml", "-o", "json"]);
    let json = run.json();
    assert_eq!(run.code, 1, "{}", run.err);
    assert_eq!(
        (&json["requests"]["judged"], &json["requests"]["not_judged"]),
        (&json!(1), &json!(5)),
        "{json}"
    );
}

#[test]
fn real_logs_are_replayed_to_the_end() {
    let log = workspace().join("../shared/corpus/audit/apiserver-1.36.jsonl.gz");
    let cluster = workspace().join("../shared/corpus/cluster/busy.jsonl.zst");
    if !log.exists() || !cluster.exists() {
        eprintln!("skipped: the log of a real cluster is not here");
        return;
    }
    let folder = folder(&[("seawall.yaml", "admission: {}\n")]);
    let (log, cluster) = (log.display().to_string(), cluster.display().to_string());
    let args = ["--audit", &log, "--inventory", &cluster, "--mode", "enforce", "-o", "json"];
    let run = preview(folder.path(), &args);
    assert_eq!(run.code, 1, "{}", run.err);
    let json = run.json();
    assert_eq!((&json["events"], &json["unread"]), (&json!(6191), &json!(0)));
    let privileged =
        json["policies"].as_array().unwrap().iter().find(|one| one["policy"] == "pod-privileged");
    let groups = privileged.unwrap()["groups"].as_array().unwrap();
    let escape =
        groups.iter().any(|group| group["namespace"] == "team-b" && group["user"] == "kubernetes-admin");
    assert!(escape, "the pod `team-b/escape` was created by the admin: {groups:?}");
}
