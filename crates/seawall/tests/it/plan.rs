//! `seawall plan`: every command of a plan is carried out here by other means, and does what the plan says.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::seawall_in;

fn cluster() -> Vec<Value> {
    let binding = |name: &str, role: &str, account: &str| {
        json!({
            "kind": "ClusterRoleBinding", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": name},
            "roleRef": {"kind": "ClusterRole", "name": role, "apiGroup": "rbac.authorization.k8s.io"},
            "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": "ops"}],
        })
    };
    vec![
        json!({"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "ops", "labels": {"a": "b"}}}),
        binding("it's --all", "cluster-admin", "old"),
        json!({
            "kind": "ClusterRole", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "wide"},
            "rules": [
                {"apiGroups": [""], "resources": ["nodes"], "verbs": ["list"]},
                {"apiGroups": [""], "resources": ["pods", "secrets", "services"], "verbs": ["list"]},
            ],
        }),
        binding("wide", "wide", "metrics"),
        json!({
            "kind": "Deployment", "apiVersion": "apps/v1", "metadata": {"name": "metrics", "namespace": "ops"},
            "spec": {"template": {"spec": {
                "serviceAccountName": "metrics", "containers": [{"name": "m", "image": "i"}],
            }}},
        }),
        json!({
            "kind": "Deployment", "apiVersion": "apps/v1", "metadata": {"name": "debug", "namespace": "ops"},
            "spec": {"template": {"spec": {
                "automountServiceAccountToken": false,
                "containers": [{
                    "name": "c", "image": "i",
                    "securityContext": {"privileged": true, "capabilities": {"add": ["SYS_ADMIN", "KILL", "SYS_MODULE"]}},
                    "volumeMounts": [{"name": "root", "mountPath": "/r"}, {"name": "d", "mountPath": "/d"}],
                }],
                "volumes": [{"name": "root", "hostPath": {"path": "/"}}, {"name": "d", "emptyDir": {}}],
            }}},
        }),
    ]
}

fn write(folder: &Path, objects: &[Value]) {
    let list = json!({"kind": "List", "apiVersion": "v1", "items": objects});
    std::fs::write(folder.join("cluster.json"), list.to_string()).unwrap();
}

/// Pairs by sink, as `seawall paths` finds them in the objects.
fn pairs(folder: &Path) -> Vec<(String, String)> {
    let run = seawall_in(folder, &["paths", "-f", "cluster.json", "-o", "json", "--limit", "0"], b"");
    let report = run.json();
    let mut pairs = Vec::new();
    for path in report["paths"].as_array().unwrap().iter().filter(|path| path["attenuated"] == false) {
        let alike = path["alike"].as_array().into_iter().flatten();
        for from in std::iter::once(&path["from"]).chain(alike) {
            pairs.push((from.as_str().unwrap().to_owned(), path["sink"].as_str().unwrap().to_owned()));
        }
    }
    pairs
}

/// The words of a command as a shell takes them.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' => quoted = !quoted,
            '\\' if !quoted => word.extend(chars.next()),
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words
}

/// Carries a command out on the objects.
fn carry_out(objects: &mut Vec<Value>, patch: &Value) {
    let words = words(patch["command"].as_str().unwrap());
    assert_eq!(words[0], "kubectl");
    if words[1] == "apply" {
        // Nothing but the binding is given back here.
        assert!(patch["manifest"].as_str().unwrap().contains("kind: ClusterRoleBinding"));
        objects.insert(1, cluster()[1].clone());
        return;
    }
    let (kind, name) = words[2].split_once('/').unwrap();
    let kind = kind.split('.').next().unwrap();
    let is = |object: &Value| {
        object["kind"].as_str().unwrap().to_lowercase() == kind && object["metadata"]["name"] == name
    };
    let at = objects.iter().position(is).unwrap_or_else(|| panic!("{words:?}"));
    match words[1].as_str() {
        "delete" => drop(objects.remove(at)),
        "patch" => {
            let operations: Vec<Value> = serde_json::from_str(words.last().unwrap()).unwrap();
            operations.iter().for_each(|operation| apply(&mut objects[at], operation));
        }
        other => panic!("{other}"),
    }
}

/// One operation of RFC 6902.
fn apply(object: &mut Value, operation: &Value) {
    let path = operation["path"].as_str().unwrap();
    let (parent, last) = path.rsplit_once('/').unwrap();
    let last = last.replace("~1", "/").replace("~0", "~");
    let value = operation["value"].clone();
    let parent = object.pointer_mut(parent).unwrap_or_else(|| panic!("{operation} has no parent"));
    match (operation["op"].as_str().unwrap(), parent) {
        ("test", parent) => {
            let own =
                if parent.is_array() { &parent[last.parse::<usize>().unwrap()] } else { &parent[&last] };
            assert_eq!(*own, value, "{operation}");
        }
        ("replace", Value::Object(map)) => assert!(map.insert(last, value).is_some(), "{operation}"),
        ("add", Value::Object(map)) => assert!(map.insert(last, value).is_none(), "{operation}"),
        ("add", Value::Array(list)) => list.insert(last.parse().unwrap(), value),
        ("remove", Value::Object(map)) => assert!(map.remove(&last).is_some(), "{operation}"),
        ("remove", Value::Array(list)) => drop(list.remove(last.parse().unwrap())),
        (op, parent) => panic!("{op} on {parent}"),
    }
}

#[test]
fn every_command_does_what_the_plan_says_and_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut objects = cluster();
    write(folder.path(), &objects);
    let run = seawall_in(folder.path(), &["plan", "-f", "cluster.json", "-o", "json"], b"");
    assert_eq!(run.code, 0, "{}", run.err);
    let report = run.json();
    let schema = std::fs::read_to_string(crate::workspace().join("schemas/plan-v1.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{}", run.out);
    let steps = report["plan"]["steps"].as_array().unwrap();
    assert!(steps.len() >= 3, "{}", run.out);
    for step in steps {
        let before = objects.clone();
        let earlier = pairs(folder.path());
        for patch in step["patch"].as_array().unwrap() {
            carry_out(&mut objects, patch);
        }
        write(folder.path(), &objects);
        let left = pairs(folder.path());
        for pair in step["severs"].as_array().unwrap() {
            let pair = (pair["from"].as_str().unwrap().to_owned(), pair["sink"].as_str().unwrap().to_owned());
            assert!(earlier.contains(&pair) && !left.contains(&pair), "{pair:?} of {step}");
        }
        let mut by_sink: BTreeMap<String, u64> = BTreeMap::new();
        left.iter().for_each(|(_, sink)| *by_sink.entry(sink.clone()).or_default() += 1);
        assert_eq!(json!(by_sink), step["left"], "{step}");
        // Back, and forth again.
        let after = objects.clone();
        for patch in step["rollback"].as_array().unwrap() {
            carry_out(&mut objects, patch);
        }
        assert_eq!(objects, before, "{step}");
        objects = after;
    }
    assert!(pairs(folder.path()).is_empty());
}

#[test]
fn nothing_to_do_is_said() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &cluster()[..1]);
    let run = seawall_in(folder.path(), &["plan", "-f", "cluster.json"], b"");
    assert_eq!(run.code, 0);
    assert!(run.out.contains("nothing to do: no path leads to"), "{}", run.out);
    let run = seawall_in(folder.path(), &["plan", "-f", "cluster.json", "-o", "md"], b"");
    assert!(run.out.contains("Nothing to do"), "{}", run.out);
}

/// Names from the cluster are neither markup nor more than one word of a command.
#[test]
fn names_stay_names() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &cluster());
    let run = seawall_in(folder.path(), &["plan", "-f", "cluster.json", "--top", "9"], b"");
    assert!(run.out.contains(r"kubectl delete 'clusterrolebinding/it'\''s --all'"), "{}", run.out);
    let run = seawall_in(folder.path(), &["plan", "-f", "cluster.json", "-o", "md", "--top", "1"], b"");
    assert!(run.out.contains("There is more to do."), "{}", run.out);
    assert!(run.out.starts_with("# What to change next\n"), "{}", run.out);
}
