//! What `seawall admit` changes, and shows of it.
#![cfg(feature = "admit")]

use std::path::Path;

use serde_json::{Value, json};

use crate::{Run, seawall_in};

const REVIEW: &str = include_str!("../data/admit-review.json");
const WEB: &str = include_str!("../data/admit-web.yaml");
const CONFIG: &str = include_str!("../data/admit-defaults.yaml");

const POLICY: &str = "apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: team}
spec:
  reinvocationPolicy: IfNeeded
  matchConstraints:
    resourceRules:
    - {apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods, pods/ephemeralcontainers], scope: Namespaced}
    - {apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [namespaces], scope: Cluster}
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration: {expression: \"Object{metadata: Object.metadata{labels: {'team': 'a'}}}\"}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: team}
spec: {policyName: team}
";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn admit(folder: &Path, words: &str) -> Run {
    let words: Vec<&str> = ["admit"].into_iter().chain(words.split(' ')).collect();
    seawall_in(folder, &words, b"")
}

fn response(run: &Run) -> Value {
    let answer: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}{}", run.out, run.err));
    answer["response"].clone()
}

#[test]
fn a_policy_changes_the_object_of_a_review_where_it_is_enforced() {
    let config = "admission: {podSecurity: {enabled: false}, rules: [{policies: [policies], namespaces: [shop], mode: enforce}]}\n";
    let here = folder(&[("seawall.yaml", config), ("review.json", REVIEW), ("policy.yaml", POLICY)]);
    let run = admit(here.path(), "review review.json --hook mutate --policies policy.yaml");
    assert_eq!(run.code, 0, "{}", run.err);
    let answer = response(&run);
    // [{"op":"add","path":"/metadata/labels","value":{"team":"a"}}]
    let patch = "W3sib3AiOiJhZGQiLCJwYXRoIjoiL21ldGFkYXRhL2xhYmVscyIsInZhbHVlIjp7InRlYW0iOiJhIn19XQ==";
    assert_eq!((&answer["patch"], &answer["patchType"]), (&patch.into(), &"JSONPatch".into()));
    // At the other hook nothing is changed.
    let run = admit(here.path(), "review review.json --policies policy.yaml --select pod-host-pid");
    assert_eq!(response(&run).get("patch"), None);
    let other = folder(&[("review.json", REVIEW), ("policy.yaml", POLICY)]);
    let answer = response(&admit(other.path(), "review review.json --hook mutate --policies policy.yaml"));
    assert_eq!(answer.get("patch"), None);
    assert_eq!(
        answer["auditAnnotations"],
        json!({"would-change": "admission-policy/team: would change the object: add /metadata/labels"})
    );
}

/// The configurations that are printed, by kind.
fn manifests(folder: &Path, words: &str) -> Vec<Value> {
    let run = admit(folder, &format!("manifests{words}"));
    assert_eq!(run.code, 0, "{}", run.err);
    let text = seawall_yaml::Text::new(run.out.as_str());
    let (documents, problems) = seawall_yaml::read(&text, &seawall_yaml::Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let json = |document: &seawall_yaml::Document| {
        let mut json = String::new();
        document.tree.root().write_json(&mut json);
        serde_json::from_str(&json).unwrap()
    };
    documents.iter().map(json).collect()
}

#[test]
fn an_api_server_asks_about_what_may_be_changed_and_about_nothing_else() {
    let kind = |manifest: &Value| manifest["kind"].as_str().unwrap().to_owned();
    let plain = folder(&[("seawall.yaml", "{}"), ("policy.yaml", POLICY)]);
    let shown = manifests(plain.path(), "");
    assert_eq!(shown.iter().map(kind).collect::<Vec<_>>(), ["ValidatingWebhookConfiguration"]);

    let shown = manifests(plain.path(), " --policies policy.yaml");
    assert_eq!(kind(&shown[1]), "MutatingWebhookConfiguration");
    let hooks = shown[1]["webhooks"].as_array().unwrap();
    let pods = json!({"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"],
        "resources": ["pods", "pods/ephemeralcontainers"], "scope": "Namespaced"});
    let namespaces = json!({"operations": ["CREATE", "UPDATE", "CONNECT"], "apiGroups": [""], "apiVersions": ["v1"],
        "resources": ["namespaces"], "scope": "Cluster"});
    assert_eq!(
        (&hooks[0]["rules"], &hooks[0]["failurePolicy"]),
        (&json!([pods, namespaces]), &"Ignore".into())
    );
    assert_eq!((&hooks[1]["rules"], &hooks[1]["failurePolicy"]), (&json!([pods]), &"Fail".into()));
    for hook in hooks {
        assert_eq!((&hook["reinvocationPolicy"], &hook["sideEffects"]), (&"IfNeeded".into(), &"None".into()));
        assert_eq!(hook["clientConfig"]["service"]["path"], "/mutate");
        assert!(
            hook["matchConditions"][0]["expression"]
                .as_str()
                .unwrap()
                .contains("\"coordination.k8s.io/leases\"")
        );
    }

    let asks = |config: &str| {
        let here = folder(&[("seawall.yaml", config)]);
        let hook = manifests(here.path(), "").get(1).map(|shown| shown["webhooks"][0].clone());
        let rules = hook.as_ref().map(|hook| hook["rules"][0]["resources"].clone());
        let label = json!({"key": "admission.seawall.dev/defaults", "operator": "Exists"});
        let expressions = hook.map(|hook| hook["namespaceSelector"]["matchExpressions"].clone());
        (rules, expressions.map(|list| list.as_array().unwrap().contains(&label)))
    };
    assert_eq!(asks("admission: {defaults: []}"), (Some(json!(["pods"])), Some(true)));
    assert_eq!(asks(CONFIG), (Some(json!(["pods"])), Some(false)));
}

#[test]
fn defaults_are_shown_where_somebody_asks_for_them() {
    let labels = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {admission.seawall.dev/defaults: seccomp.no-token}}\n";
    let config = "admission: {defaults: []}\n";
    let files = [("seawall.yaml", config), ("web.yaml", WEB), ("shop.yaml", labels)];
    let here = folder(&files);
    let run = admit(here.path(), "defaults web.yaml --inventory shop.yaml");
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        run.out.contains("+        seccompProfile:\n") && !run.out.contains("allowPrivilege"),
        "{}",
        run.out
    );
    assert!(run.err.contains("Deployment/shop/web: no-token, seccomp\n"), "{}", run.err);
    assert!(run.err.contains("seccomp may break programs that trace others"), "{}", run.err);
    assert!(run.err.contains("1 object would make pods with more defaults"), "{}", run.err);
    assert_eq!(admit(here.path(), "defaults web.yaml --inventory shop.yaml --check -q").code, 1);
    // Nobody knows what the namespace asks for: that is no pass.
    let run = admit(here.path(), "defaults web.yaml --check");
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("1 object left out: namespace `shop` is not known"), "{}", run.err);
    // A diff that was taken over leaves nothing to do.
    let run = admit(here.path(), "defaults web.yaml --apply restricted,no-token -q");
    std::fs::write(here.path().join("diff"), &run.out).unwrap();
    let patched =
        std::process::Command::new("patch").args(["-p1", "-i", "diff"]).current_dir(here.path()).output();
    match patched {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
            let run = admit(here.path(), "defaults web.yaml --apply restricted,no-token --check");
            assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
        }
        Err(error) => eprintln!("skipped: no `patch` here: {error}"),
    }
}

#[test]
fn an_account_that_speaks_of_tokens_is_heeded_and_so_is_what_is_never_judged() {
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: shop}\nautomountServiceAccountToken: true\n";
    let config = "admission: {defaults: [{namespaces: ['*'], apply: [no-token]}]}\n";
    let system = WEB.replace("namespace: shop", "namespace: kube-system");
    let here = folder(&[
        ("seawall.yaml", config),
        ("web.yaml", WEB),
        ("account.yaml", account),
        ("system.yaml", &system),
    ]);
    assert_eq!(admit(here.path(), "defaults web.yaml --check").code, 1);
    for words in ["defaults web.yaml --check --inventory account.yaml", "defaults system.yaml --check"] {
        let run = admit(here.path(), words);
        assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    }
}

#[test]
fn objects_of_a_snapshot_have_a_text_of_their_own_and_secrets_are_hidden() {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"containers": [{"name": "web", "image": "r/web:1",
            "env": [{"name": "DB_PASSWORD", "value": "hunter2-Xk39fja"}]}]}});
    let here = folder(&[("cluster.jsonl", &format!("{pod}\n"))]);
    let run = admit(here.path(), "defaults cluster.jsonl --apply seccomp,no-privilege-escalation");
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.starts_with("--- a/Pod/shop/web\n+++ b/Pod/shop/web\n"), "{}", run.out);
    assert!(
        run.out.contains("+          type: RuntimeDefault")
            || run.out.contains("+      type: RuntimeDefault"),
        "{}",
        run.out
    );
    assert!(!run.out.contains("hunter2"), "{}", run.out);
}

#[test]
fn what_is_not_asked_for_rightly_is_said() {
    let here = folder(&[("seawall.yaml", "{}"), ("web.yaml", WEB)]);
    for (words, said) in [
        ("defaults web.yaml", "hint: `--apply recommended` shows what it would do"),
        (
            "defaults web.yaml --apply secomp",
            "no default is called `secomp`, known are: recommended, restricted",
        ),
        ("defaults nowhere.yaml --apply seccomp", "nowhere.yaml"),
    ] {
        let run = admit(here.path(), words);
        assert_eq!(run.code, 2, "{words}");
        assert!(run.err.contains(said), "{}", run.err);
    }
    let run = admit(here.path(), "defaults --list");
    assert_eq!(run.code, 0);
    assert!(
        run.out
            .contains("read-only-root\n  sets readOnlyRootFilesystem: true\n  may break programs that write")
    );
}
