//! `seawall admit`, as a process.
#![cfg(feature = "admit")]

use std::path::Path;

use serde_json::{Value, json};

use crate::{Run, seawall_in};

fn review(namespace: &str) -> Value {
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "u1", "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"}, "name": "web", "namespace": namespace,
        "operation": "CREATE", "userInfo": {"username": "alice"},
        "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": namespace},
            "spec": {"containers": [{"name": "web", "image": "registry.example/web:1", "securityContext": {"privileged": true}}]}},
    }})
}

/// The review of a pod as the API server posts it.
pub(crate) fn review_of(namespace: &str) -> String {
    review(namespace).to_string()
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn ask(folder: &Path, args: &[&str], namespace: &str) -> (Run, Value) {
    let run = seawall_in(
        folder,
        &[&["admit", "review", "-"], args].concat(),
        review(namespace).to_string().as_bytes(),
    );
    let answer = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{}{}", run.out, run.err));
    (run, answer)
}

const CONFIG: &str = "admission:
  select: [pod-privileged, image-registry-not-allowed, workload-required-labels]
  rules:
    - {policies: [pod-privileged, image-registry-not-allowed], namespaces: [shop], mode: enforce}
    - {policies: [pod-security], mode: warn}
checks:
  image-registry-not-allowed: {imageRepositoryAllowList: [images.example]}
";

const NAMESPACE: &str = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}\n";

#[test]
fn a_review_of_a_file_is_judged_as_the_server_would() {
    let folder = folder(&[("seawall.yaml", CONFIG), ("namespaces.yaml", NAMESPACE)]);
    let (run, answer) = ask(folder.path(), &["--inventory", "namespaces.yaml"], "shop");
    assert_eq!(run.code, 1, "{}", run.err);
    let response = &answer["response"];
    assert_eq!((&response["uid"], &response["allowed"]), (&"u1".into(), &false.into()));
    let message = response["status"]["message"].as_str().unwrap();
    assert!(
        message.contains("pod-privileged: ") && message.contains("image-registry-not-allowed: "),
        "{message}"
    );
    let warning = response["warnings"][0].as_str().unwrap();
    assert!(
        warning.starts_with("pods \"web\" is forbidden: violates PodSecurity \"baseline:latest\""),
        "{warning}"
    );
    let (run, answer) = ask(folder.path(), &[], "other");
    assert_eq!((run.code, &answer["response"]["allowed"]), (0, &true.into()));
    assert!(
        answer["response"]["auditAnnotations"]["would-refuse"].as_str().unwrap().contains("pod-privileged")
    );
    let (_, answer) = ask(folder.path(), &[], "kube-system");
    assert_eq!(answer["response"]["auditAnnotations"], json!({"exempt": "namespace-kube-system"}));
}

#[test]
fn exceptions_are_waivers_and_nobody_excuses_himself() {
    let waivers = "waivers:\n  - check: pod-privileged\n    namespace: shop\n    reason: the agent needs it\n    owner: team-a\n    until: 9999-12-31\n";
    let config = "admission: {select: [pod-privileged], mode: enforce, podSecurity: {enabled: false}}\n";
    let folder = folder(&[("seawall.yaml", config), ("seawall-waivers.yaml", waivers)]);
    assert_eq!(ask(folder.path(), &[], "shop").0.code, 0);
    assert_eq!(ask(folder.path(), &[], "other").0.code, 1);
    let mut own = review("other");
    own["request"]["object"]["metadata"]["annotations"] = json!({"seawall.dev/ignore": "pod-privileged"});
    let run = seawall_in(folder.path(), &["admit", "review", "-"], own.to_string().as_bytes());
    assert_eq!(run.code, 1);
}

#[test]
fn containers_that_come_later_are_judged() {
    let config = "admission: {select: [pod-privileged], mode: enforce, podSecurity: {enabled: false}}\n";
    let folder = folder(&[("seawall.yaml", config)]);
    let mut later = review("shop");
    let request = &mut later["request"];
    request["subResource"] = "ephemeralcontainers".into();
    request["operation"] = "UPDATE".into();
    let spec = &mut request["object"]["spec"];
    spec["containers"][0]["securityContext"] = json!({});
    request["oldObject"] = request["object"].clone();
    let ask =
        |later: &Value| seawall_in(folder.path(), &["admit", "review", "-"], later.to_string().as_bytes());
    assert_eq!(ask(&later).code, 0);
    later["request"]["object"]["spec"]["ephemeralContainers"] = json!([{"name": "debug", "image": "registry.example/debug:1", "securityContext": {"privileged": true}}]);
    let run = ask(&later);
    assert!(run.code == 1 && run.out.contains("container `debug` runs privileged"), "{}{}", run.out, run.err);
}

/// The review of an update of a privileged pod, changed by a function.
fn update(change: impl FnOnce(&mut Value)) -> String {
    let mut update = review("shop");
    let request = &mut update["request"];
    request["operation"] = "UPDATE".into();
    request["oldObject"] = request["object"].clone();
    change(request);
    update.to_string()
}

#[test]
fn what_was_there_before_an_update_is_noted_and_refuses_nothing() {
    let config = "admission: {select: [pod-privileged, image-registry-not-allowed], mode: enforce, podSecurity: {enabled: false}}\nchecks:\n  image-registry-not-allowed: {imageRepositoryAllowList: [images.example]}\n";
    let folder = folder(&[("seawall.yaml", config)]);
    let ask = |review: String| seawall_in(folder.path(), &["admit", "review", "-"], review.as_bytes());
    let run = ask(update(|request| request["object"]["metadata"]["annotations"] = json!({"a": "b"})));
    assert_eq!(run.code, 0, "{}", run.out);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    let noted = answer["response"]["auditAnnotations"]["noted"].as_str().unwrap();
    assert!(noted.contains("pod-privileged: ") && noted.contains("image-registry-not-allowed: "), "{noted}");
    // Another image is another finding, and so is another container.
    let run = ask(update(|request| {
        request["object"]["spec"]["containers"][0]["image"] = "registry.example/other:1".into();
    }));
    assert!(run.code == 1 && run.out.contains("\"message\": \"image-registry-not-allowed: "), "{}", run.out);
    let run = ask(update(|request| {
        let container =
            json!({"name": "more", "image": "images.example/a:1", "securityContext": {"privileged": true}});
        request["object"]["spec"]["containers"].as_array_mut().unwrap().push(container);
    }));
    assert!(
        run.code == 1 && run.out.contains("\"message\": \"pod-privileged: container `more`"),
        "{}",
        run.out
    );
    // Nothing is known to have been there.
    assert_eq!(ask(update(|request| request["oldObject"] = Value::Null)).code, 1);
}

#[test]
fn what_is_being_deleted_can_go() {
    let config = "admission: {select: [workload-required-labels], mode: enforce, podSecurity: {enabled: false}}\nchecks:\n  workload-required-labels: {recommendedLabels: [team]}\n";
    let folder = folder(&[("seawall.yaml", config)]);
    let ask = |review: String| seawall_in(folder.path(), &["admit", "review", "-"], review.as_bytes());
    // The label goes together with the finalizer.
    let going = |going: bool| {
        update(|request| {
            for key in ["object", "oldObject"] {
                request[key]["metadata"]["deletionTimestamp"] =
                    if going { "2026-11-29T00:00:00Z".into() } else { Value::Null };
            }
            request["oldObject"]["metadata"]["labels"] = json!({"team": "a"});
            request["oldObject"]["metadata"]["finalizers"] = json!(["batch.kubernetes.io/job-tracking"]);
        })
    };
    assert_eq!(ask(going(false)).code, 1);
    let run = ask(going(true));
    assert!(run.code == 0 && run.out.contains("\"noted\": \"workload-required-labels: "), "{}", run.out);
}

#[test]
fn rights_of_a_role_that_is_being_deleted_still_count() {
    let config = "admission: {select: [rbac-wildcard-verb], mode: enforce, podSecurity: {enabled: false}}\n";
    let folder = folder(&[("seawall.yaml", config)]);
    let role = |verb: &str| {
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "r",
            "deletionTimestamp": "2026-11-29T00:00:00Z", "finalizers": ["example.com/stay"]},
            "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": [verb]}]})
    };
    let ask = |now: &str| {
        let review = update(|request| {
            request["kind"] =
                json!({"group": "rbac.authorization.k8s.io", "version": "v1", "kind": "ClusterRole"});
            request["resource"] =
                json!({"group": "rbac.authorization.k8s.io", "version": "v1", "resource": "clusterroles"});
            request["namespace"] = Value::Null;
            request["name"] = "r".into();
            (request["object"], request["oldObject"]) = (role(now), role("get"));
        });
        seawall_in(folder.path(), &["admit", "review", "-"], review.as_bytes())
    };
    let run = ask("*");
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert_eq!(ask("get").code, 0);
}

#[test]
fn a_rule_that_names_nothing_is_an_error() {
    let files = [("policies.yaml", POLICY), ("review.json", &review_of("shop"))];
    let said = |select: &str, word: &str, args: &[&str]| {
        let config = format!(
            "admission: {{select: {select}, rules: [{{policies: [pod-*], mode: warn}}, {{policies: ['{word}'], mode: enforce}}]}}\n"
        );
        let folder = folder(&[&files[..], &[("seawall.yaml", &config)]].concat());
        let run = seawall_in(folder.path(), &[&["admit", "review", "review.json"], args].concat(), b"");
        (run.code, run.err)
    };
    for (select, word, hint) in [
        ("[]", "pod-priviledged", "is called `pod-priviledged`; did you mean `pod-privileged`?"),
        ("[]", "gatekeepr", "did you mean `gatekeeper`?"),
        ("[]", "defaults/secomp", "did you mean `defaults/seccomp`?"),
        (
            "[]",
            "admission-policy/no-privilege",
            "no policy that is loaded is called `admission-policy/no-privilege`",
        ),
        ("[]", "image-signature/shop", "no policy that is loaded"),
        ("[pod-host-pid]", "pod-privileged", "check `pod-privileged` is not among those that judge"),
        ("[]", "network-dangling-policy", "judges a cluster as a whole"),
    ] {
        let (code, err) = said(select, word, &[]);
        assert!(
            code == 2 && err.contains("`admission.rules[1].policies`: ") && err.contains(hint),
            "{code} {err}"
        );
    }
    let (code, err) = said("[]", "pod-privileged", &["--select", "pod-host-pid"]);
    assert_eq!((code, err.as_str()), (0, ""), "the command line leaves it out for once");
    let policies: &[&str] = &["--policies", "policies.yaml"];
    for word in ["pod-security", "checks", "image-pin", "defaults/seccomp", "nothing-*"] {
        assert_eq!(said("[]", word, &[]).0, 0, "{word}");
    }
    assert_eq!(said("[]", "admission-policy/no-privileged", policies), (1, String::new()));
    let (code, err) = said("[]", "admission-policy/no-privilege", policies);
    assert!(code == 2 && err.contains("did you mean `admission-policy/no-privileged`?"), "{err}");
}

#[test]
fn a_check_that_cannot_fail_is_told_and_not_enforced() {
    let run = |mode: &str, list: &str| {
        let config = format!(
            "admission: {{select: [image-registry-not-allowed], mode: {mode}}}\nchecks: {{image-registry-not-allowed: {{imageRepositoryAllowList: [{list}]}}}}\n"
        );
        let folder = folder(&[("seawall.yaml", &config), ("review.json", &review_of("shop"))]);
        let run = seawall_in(folder.path(), &["admit", "review", "review.json"], b"");
        (run.code, run.err)
    };
    let idle = "check `image-registry-not-allowed` never fails while `checks.image-registry-not-allowed.imageRepositoryAllowList`";
    let (code, err) = run("enforce", "");
    assert!(code == 2 && err.contains(idle), "{err}");
    let (code, err) = run("audit", "");
    assert!(code == 0 && err.contains(idle), "{err}");
    assert_eq!(run("audit", "a.example"), (0, String::new()));
}

/// What events and metrics need a server for, `review` shows in the answer.
#[test]
fn what_policies_only_audit_is_told_before_it_is_enforced() {
    let policy = POLICY.replace("[Deny]", "[Audit]");
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: web, image: a, securityContext: {privileged: true}}]}\n";
    let config = "admission: {select: [pod-host-pid], mode: enforce, podSecurity: {enabled: false}}\n";
    let folder = folder(&[("policies.yaml", &policy), ("pod.yaml", pod), ("seawall.yaml", config)]);
    let run =
        seawall_in(folder.path(), &["admit", "preview", "pod.yaml", "--policies", "policies.yaml"], b"");
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("notes[admission-policy/no-privileged]: noted 1 of 1 object"), "{}", run.out);
    assert!(run.out.contains("would not be refused; 1 would be noted"), "{}", run.out);
    assert!(
        run.out.contains("Pod/shop/web (pod.yaml:1): admission-policy/no-privileged: no privileged"),
        "{}",
        run.out
    );
}

const POLICY: &str = "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: no-privileged}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  validations:
    - expression: object.spec.containers.all(c, !has(c.securityContext.privileged) || !c.securityContext.privileged)
      message: no privileged containers
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: no-privileged}
spec: {policyName: no-privileged, validationActions: [Deny]}
";

#[test]
fn policies_of_kubernetes_judge_beside_the_checks() {
    let config =
        "admission: {select: [pod-host-pid], rules: [{policies: [admission-policy/*], mode: enforce}]}\n";
    let folder = folder(&[("seawall.yaml", config), ("policy.yaml", POLICY)]);
    let (run, answer) = ask(folder.path(), &["--policies", "policy.yaml"], "shop");
    assert_eq!(run.code, 1, "{}", run.err);
    let message = answer["response"]["status"]["message"].as_str().unwrap();
    assert!(
        message.contains(
            "'no-privileged' with binding 'no-privileged' denied request: no privileged containers"
        ),
        "{message}"
    );
    let waivers = "waivers:\n  - check: admission-policy/no-privileged\n    namespace: shop\n    reason: the agent needs it\n    owner: team-a\n    until: 9999-12-31\n";
    std::fs::write(folder.path().join("seawall-waivers.yaml"), waivers).unwrap();
    assert_eq!(ask(folder.path(), &["--policies", "policy.yaml"], "shop").0.code, 0);
    assert_eq!(ask(folder.path(), &["--policies", "policy.yaml"], "other").0.code, 1);
    std::fs::write(
        folder.path().join("bad.yaml"),
        POLICY.replace("object.spec.containers.all", "object.nope("),
    )
    .unwrap();
    let run = seawall_in(
        folder.path(),
        &["admit", "review", "-", "--policies", "bad.yaml"],
        review("shop").to_string().as_bytes(),
    );
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("the API server refuses this") && run.err.contains("a policy is not in force"),
        "{}",
        run.err
    );
}

#[test]
fn constraints_of_gatekeeper_judge_in_their_own_words() {
    let labels = include_str!("../data/gatekeeper-labels.yaml")
        .replace("apiGroups: [apps]", "apiGroups: [\"\"]")
        .replace("kinds: [Deployment]", "kinds: [Pod]");
    let config = |mode: &str| {
        format!("admission: {{select: [pod-host-pid], rules: [{{policies: [gatekeeper], mode: {mode}}}]}}\n")
    };
    for (mode, code) in [("enforce", 1), ("audit", 0)] {
        let folder = folder(&[("seawall.yaml", &config(mode)), ("labels.yaml", &labels)]);
        let (run, answer) = ask(folder.path(), &["--policies", "labels.yaml"], "shop");
        assert_eq!(run.code, code, "{mode}: {}", run.err);
        let message = answer["response"]["status"]["message"].as_str().unwrap_or_default();
        assert_eq!(message.contains("[deployments] label `owner` is missing"), code == 1, "{mode}: {answer}");
        assert_eq!(ask(folder.path(), &["--policies", "labels.yaml"], "kube-node").0.code, 0);
    }
    let waiver = "waivers:\n- {check: gatekeeper/OwnerLabel/deployments, namespace: shop, owner: us, reason: it is ours, until: \
                  2999-01-01}\n";
    let folder = folder(&[
        ("seawall.yaml", &config("enforce")),
        ("labels.yaml", &labels),
        ("seawall-waivers.yaml", waiver),
    ]);
    assert_eq!(ask(folder.path(), &["--policies", "labels.yaml"], "shop").0.code, 0);
    assert_eq!(ask(folder.path(), &["--policies", "labels.yaml"], "other").0.code, 1);
}

#[test]
fn what_is_wrong_is_said() {
    let folder = folder(&[("seawall.yaml", "admission: {mode: block}\n"), ("ok.yaml", "{}")]);
    let run = seawall_in(folder.path(), &["admit", "exemptions"], b"");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("`mode`: unknown mode `block`"), "{}", run.err);
    let ok = ["--config", "ok.yaml"];
    for (args, input, said) in [
        (&["admit", "review", "-"][..], "{}", "it has no `apiVersion` and `kind`"),
        (&["admit", "review", "nowhere.json"], "", "review `nowhere.json`"),
        (&["admit", "serve"], "", "hint: `--tls-cert` and `--tls-key`, or `--tls-dir` and `--dns-name`"),
        (&["admit", "serve", "--tls-dir", "x"], "", "--dns-name"),
    ] {
        let run = seawall_in(folder.path(), &[args, &ok].concat(), input.as_bytes());
        assert_eq!(run.code, 2, "{args:?}");
        assert!(run.err.contains(said), "{}", run.err);
    }
}

#[test]
fn exemptions_and_manifests_agree() {
    let config = "admission: {exempt: {namespaces: [legacy], users: [robot], lift: [cni-flannel]}}\n";
    let folder = folder(&[("seawall.yaml", config)]);
    let listed = seawall_in(folder.path(), &["admit", "exemptions"], b"");
    assert_eq!(listed.code, 0, "{}", listed.err);
    for line in [
        "leases: leases.coordination.k8s.io",
        "cni-flannel: namespace kube-flannel (lifted: it is judged)",
        "namespace-kube-system: namespace kube-system (can be lifted)",
        "configured-namespace: namespace legacy",
        "configured-user: user robot",
    ] {
        assert!(listed.out.lines().any(|shown| shown == line), "{line}\n{}", listed.out);
    }
    let manifests = seawall_in(folder.path(), &["admit", "manifests"], b"");
    assert_eq!(manifests.code, 0, "{}", manifests.err);
    let text = seawall_yaml::Text::new(manifests.out.as_str());
    let (documents, problems) = seawall_yaml::read(&text, &seawall_yaml::Limits::default());
    assert!(problems.is_empty() && documents.len() == 1, "{problems:?}");
    let mut json = String::new();
    documents[0].tree.root().write_json(&mut json);
    let configuration: Value = serde_json::from_str(&json).unwrap();
    let hooks = configuration["webhooks"].as_array().unwrap();
    assert_eq!(hooks.len(), 2);
    // A namespace is in itself, so its own label decides which of the two asks about it.
    let itself = &hooks[1]["rules"][1];
    assert_eq!((&itself["scope"], &itself["resources"][0]), (&"Cluster".into(), &"namespaces".into()));
    for (hook, policy, operator) in [(&hooks[0], "Ignore", "NotIn"), (&hooks[1], "Fail", "In")] {
        assert_eq!((&hook["failurePolicy"], &hook["sideEffects"]), (&policy.into(), &"None".into()));
        let expressions = &hook["namespaceSelector"]["matchExpressions"];
        assert_eq!(
            expressions[0],
            json!({"key": "admission.seawall.dev/enforce", "operator": operator, "values": ["true"]})
        );
        let namespaces: Vec<&str> =
            expressions[1]["values"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert!(
            namespaces.contains(&"kube-system")
                && namespaces.contains(&"legacy")
                && namespaces.contains(&"seawall")
        );
        assert!(!namespaces.contains(&"kube-flannel"));
        let condition = hook["matchConditions"][0]["expression"].as_str().unwrap();
        for exempt in [
            "\"coordination.k8s.io/leases\"",
            "\"/pods/binding\"",
            "\"admissionregistration.k8s.io\"",
            "\"status\"",
        ] {
            assert!(condition.contains(exempt), "{condition}");
        }
    }
}

#[cfg(unix)]
mod process {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Child, ChildStderr, Command, Stdio};

    use super::*;

    struct Server {
        child: Child,
        lines: std::io::Lines<BufReader<ChildStderr>>,
        address: String,
    }

    fn start(folder: &Path) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_seawall"))
            .args([
                "admit",
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--tls-dir",
                "tls",
                "--dns-name",
                "localhost",
            ])
            .current_dir(folder)
            .env_clear()
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut told = || -> String {
            let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
            line["message"].as_str().unwrap().to_owned()
        };
        let address = told().strip_prefix("listening on ").unwrap().to_owned();
        let blind = told();
        assert!(blind.starts_with("no namespace is known: Pod Security"), "{blind}");
        assert_eq!(told(), "ready");
        Server { child, lines, address }
    }

    /// Opens connections that say nothing, as fast as it can, until the server is gone.
    fn burst(address: &str) -> std::thread::JoinHandle<usize> {
        let address = address.to_owned();
        std::thread::spawn(move || {
            let mut open = Vec::new();
            while let Ok(stream) = std::net::TcpStream::connect(&address) {
                open.push(stream);
                if open.len() == 200 {
                    break;
                }
            }
            open.len()
        })
    }

    #[test]
    fn a_server_that_is_killed_in_a_burst_serves_again_with_the_same_authority() {
        let folder = folder(&[("seawall.yaml", "{}")]);
        let bundle = || std::fs::read_to_string(folder.path().join("tls/ca.crt")).unwrap();
        let mut bundles = Vec::new();
        for _ in 0..3 {
            let mut server = start(folder.path());
            bundles.push(bundle());
            let flood = burst(&server.address);
            server.child.kill().unwrap();
            server.child.wait().unwrap();
            flood.join().unwrap();
        }
        assert!(
            bundles.iter().all(|bundle| *bundle == bundles[0]) && bundles[0].contains("BEGIN CERTIFICATE")
        );
    }

    #[test]
    fn sigterm_ends_it_in_order() {
        let folder = folder(&[("seawall.yaml", "admission: {limits: {lameDuckSeconds: 0}}\n")]);
        let mut server = start(folder.path());
        let killed = Command::new("kill").arg(server.child.id().to_string()).status().unwrap();
        assert!(killed.success());
        assert_eq!(server.child.wait().unwrap().code(), Some(0));
        assert!(server.lines.next().is_none(), "nothing was left unanswered");
    }
}
