//! The hook at which objects are changed.

use std::sync::Arc;

use seawall_core::{Origin, OriginKind, ResourceId};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_policy::admission::{Decision, Denial, NotJudged, Reason, Request};
use seawall_policy::vap::PolicySet;
use seawall_schema::patch::{Operation, apply_patch};
use seawall_schema::{Admission, Schemas, Value as Data, admitted};
use seawall_server::{
    Answer, Around, Budget, Changer, Clock, Defaults, Desk, Events, Failure, Hook, Metrics, Mode, ModeRule,
    Modes, Policies, Review, ReviewLimits, Rules,
};
use seawall_waivers::Glob;
use seawall_yaml::{Limits, Node, Text, Tree, json::read_json_bytes, read};
use serde_json::{Value, json};

use crate::stand::{NOW, Setup, Stand, TestClock, body, review, run};

fn inventory(text: &str) -> Inventory {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let mut builder = InventoryBuilder::new();
    for document in documents {
        let tree = Arc::new(document.tree);
        let origin = Origin { file: "t.yaml".into(), document: 0, line: 1, kind: OriginKind::Cluster };
        let root = tree.root().id();
        builder.push(Resource::new(tree, root, origin, None).unwrap());
    }
    builder.build()
}

/// A policy that runs an expression on pods that are made or changed.
fn policy(name: &str, expression: &str) -> String {
    format!(
        "apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {{name: {name}}}
spec:
  reinvocationPolicy: IfNeeded
  matchConstraints:
    resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}}]
  mutations:
  - patchType: JSONPatch
    jsonPatch: {{expression: \"{expression}\"}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {{name: {name}}}
spec: {{policyName: {name}}}
---
"
    )
}

/// Makes a label the only one, where it is not there.
fn labels(name: &str) -> String {
    let there = format!("has(object.metadata.labels) && '{name}' in object.metadata.labels");
    let add = format!("[JSONPatch{{op: 'add', path: '/metadata/labels', value: {{'{name}': 'x'}}}}]");
    policy(name, &format!("{there} ? [] : {add}"))
}

fn policies(text: &str) -> Arc<dyn Changer> {
    let texts = inventory(text);
    let (set, problems) = PolicySet::read(&texts);
    assert!(problems.is_empty(), "{problems:?}");
    Arc::new(Policies::new(set, texts, Vec::new()))
}

fn defaults() -> Arc<dyn Changer> {
    Arc::new(Defaults::new(Vec::new()))
}

const SHOP: &str = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {admission.seawall.dev/defaults: recommended}}}";

fn modes(rules: &[(&str, Mode)]) -> Modes {
    let rule = |(policies, mode): &(&str, Mode)| ModeRule {
        policies: vec![Glob::new(policies)],
        namespaces: Vec::new(),
        mode: *mode,
        rollout: 100,
    };
    Modes { rules: rules.iter().map(rule).collect(), default: Mode::Audit }
}

fn desk(modes: Modes, failure: Failure, changers: Vec<Arc<dyn Changer>>, known: &str) -> Desk {
    let rules = Rules { modes, failure, ..Rules::default() };
    let clock: Arc<dyn Clock> = Arc::new(TestClock(NOW.into()));
    let desk = Desk::new(rules, clock, Arc::new(Metrics::default()), Events::none());
    desk.set_changers(changers);
    desk.set_inventory(inventory(known));
    desk
}

fn decide(desk: &Desk, review: &Value) -> Answer {
    let review = Review::read(review.to_string().as_bytes(), &ReviewLimits::default()).unwrap();
    desk.decide(&review, Hook::Mutate, &Budget::default())
}

fn annotation<'a>(answer: &'a Answer, key: &str) -> Option<&'a str> {
    answer.annotations.iter().find(|(own, _)| own == key).map(|(_, value)| value.as_str())
}

/// The object of a review after the patch of the answer.
fn patched(review: &Value, answer: &Answer) -> Value {
    let tree = |text: &str| read_json_bytes(text.as_bytes(), &Limits::default()).0.unwrap();
    let object = tree(&review["request"]["object"].to_string());
    let mut data = Data::of(object.root()).unwrap();
    let patch = tree(answer.patch.as_deref().expect("a patch"));
    let operation = |node: Node<'_>| Operation {
        op: node.str("op").unwrap().to_owned(),
        path: node.str("path").unwrap().to_owned(),
        from: None,
        value: node.entry("value").map(|value| Data::of(value).unwrap().into_owned()),
    };
    let operations: Vec<_> = patch.root().items().map(operation).collect();
    apply_patch(&mut data, &operations).unwrap();
    json_of(&data.to_tree())
}

fn json_of(tree: &Tree) -> Value {
    let mut out = String::new();
    tree.root().write_json(&mut out);
    serde_json::from_str(&out).unwrap()
}

/// A review whose object is as an API server sends it: decoded and defaulted, after its plugins.
fn sent(mut review: Value) -> Value {
    let schemas = Schemas::builtin();
    let object = review["request"]["object"].to_string();
    let tree = read_json_bytes(object.as_bytes(), &Limits::default()).0.unwrap();
    let schema = schemas.of_object(tree.root()).unwrap();
    let admission = Admission { creation: true, plugins: true };
    review["request"]["object"] = json_of(&admitted(&tree, schema, admission).tree);
    review
}

fn plain() -> Value {
    let mut review = review("shop", "web");
    review["request"]["object"]["spec"]["containers"][0].as_object_mut().unwrap().remove("securityContext");
    review
}

#[test]
fn a_policy_that_is_enforced_changes_the_object_and_the_second_call_changes_nothing() {
    let desk = desk(
        modes(&[("admission-policy/*", Mode::Enforce)]),
        Failure::Refuse,
        vec![policies(&labels("a"))],
        SHOP,
    );
    let review = sent(plain());
    let answer = decide(&desk, &review);
    assert_eq!(
        answer.patch.as_deref(),
        Some(r#"[{"op":"add","path":"/metadata/labels","value":{"a":"x"}}]"#)
    );
    assert_eq!(annotation(&answer, "changed"), Some("admission-policy/a"));
    let mut again = review.clone();
    again["request"]["object"] = patched(&review, &answer);
    let second = decide(&desk, &again);
    assert!(
        second.patch.is_none() && second.refusal.is_none() && second.annotations.is_empty(),
        "{second:?}"
    );
}

/// What came in lacks defaults and has fields of a newer API: neither is in the patch.
#[test]
fn a_patch_holds_what_policies_changed_and_nothing_else() {
    let desk =
        desk(modes(&[("policies", Mode::Enforce)]), Failure::Refuse, vec![policies(&labels("a"))], SHOP);
    let mut review = plain();
    review["request"]["object"]["spec"]["fieldOfTheFuture"] = json!({"x": 1});
    review["request"]["object"]["metadata"]["creationTimestamp"] = Value::Null;
    let answer = decide(&desk, &review);
    assert_eq!(
        answer.patch.as_deref(),
        Some(r#"[{"op":"add","path":"/metadata/labels","value":{"a":"x"}}]"#)
    );
}

#[test]
fn a_policy_that_is_not_enforced_changes_nothing_and_says_what_it_would() {
    let changers = || vec![policies(&format!("{}{}", labels("a"), labels("b")))];
    let review = sent(plain());
    let audit = decide(&desk(modes(&[]), Failure::Refuse, changers(), SHOP), &review);
    assert!(audit.patch.is_none() && audit.refusal.is_none() && audit.warnings.is_empty());
    let would = annotation(&audit, "would-change").unwrap();
    assert_eq!(
        would,
        "admission-policy/a, admission-policy/b: would change the object: add /metadata/labels"
    );
    let warn = decide(&desk(modes(&[("policies", Mode::Warn)]), Failure::Refuse, changers(), SHOP), &review);
    assert_eq!((warn.patch.as_deref(), &warn.warnings[..]), (None, &[would.to_owned()][..]));
    // One of them is: the other one sees what it made.
    let one = desk(modes(&[("admission-policy/b", Mode::Enforce)]), Failure::Refuse, changers(), SHOP);
    let one = decide(&one, &review);
    assert_eq!(one.patch.as_deref(), Some(r#"[{"op":"add","path":"/metadata/labels","value":{"b":"x"}}]"#));
    assert_eq!(annotation(&one, "changed"), Some("admission-policy/b"));
    assert_eq!(
        annotation(&one, "would-change"),
        None,
        "whoever comes last has its way, whether the other one counts or not"
    );
}

#[test]
fn a_policy_that_fails_refuses_only_when_it_is_enforced_and_nothing_is_changed_then() {
    let broken = policy("broken", "[JSONPatch{op: 'remove', path: '/spec/nope/x'}]");
    let text = format!("{}{broken}", labels("a"));
    let review = sent(plain());
    let answer = decide(
        &desk(modes(&[("policies", Mode::Enforce)]), Failure::Refuse, vec![policies(&text)], SHOP),
        &review,
    );
    assert!(answer.patch.is_none() && annotation(&answer, "changed").is_none());
    assert_eq!(answer.refusal.unwrap().code, 403);
    let mild = modes(&[("admission-policy/a", Mode::Enforce)]);
    let answer = decide(&desk(mild, Failure::Refuse, vec![policies(&text)], SHOP), &review);
    assert!(answer.patch.is_some() && answer.refusal.is_none());
    assert!(annotation(&answer, "would-refuse").unwrap().contains("policy 'broken'"));
}

#[test]
fn exceptions_from_a_policy_keep_objects_as_they_are() {
    let texts = inventory(&labels("a"));
    let waivers =
        "waivers:\n- {check: admission-policy/a, namespace: shop, reason: r, owner: o, until: 2026-12-31}\n";
    let waivers = seawall_waivers::read_file(waivers, "waivers.yaml").unwrap().at(ResourceId(0));
    let policies = Policies::new(PolicySet::read(&texts).0, texts, waivers);
    let desk = desk(modes(&[("policies", Mode::Enforce)]), Failure::Refuse, vec![Arc::new(policies)], SHOP);
    assert!(decide(&desk, &sent(plain())).patch.is_none());
    let mut other = sent(plain());
    other["request"]["namespace"] = "other".into();
    other["request"]["object"]["metadata"]["namespace"] = "other".into();
    assert!(decide(&desk, &other).patch.is_some());
}

#[test]
fn a_namespace_that_asks_gets_defaults_for_its_new_pods_alone() {
    let desk = desk(modes(&[("defaults", Mode::Enforce)]), Failure::Refuse, vec![defaults()], SHOP);
    let review = sent(plain());
    let answer = decide(&desk, &review);
    assert_eq!(
        annotation(&answer, "changed"),
        Some("defaults/seccomp; defaults/no-privilege-escalation; defaults/no-token")
    );
    let pod = patched(&review, &answer);
    assert_eq!(pod["spec"]["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
    assert_eq!(pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"], false);
    // The token was there when the review came.
    assert!(review.to_string().contains("kube-api-access-") && !pod.to_string().contains("kube-api-access-"));
    let mut again = review.clone();
    again["request"]["object"] = pod;
    assert!(decide(&desk, &again).patch.is_none());
    let mut update = review.clone();
    update["request"]["operation"] = "UPDATE".into();
    update["request"]["oldObject"] = review["request"]["object"].clone();
    assert!(decide(&desk, &update).patch.is_none());
    let mut part = review.clone();
    part["request"]["subResource"] = "ephemeralcontainers".into();
    assert!(decide(&desk, &part).patch.is_none());
    let mut workload = review.clone();
    workload["request"]["kind"] = json!({"group": "apps", "version": "v1", "kind": "Deployment"});
    workload["request"]["resource"] = json!({"group": "apps", "version": "v1", "resource": "deployments"});
    workload["request"]["object"] = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"template": {"spec": {"containers": [{"name": "web"}]}}}});
    assert!(decide(&desk, &workload).patch.is_none());
}

#[test]
fn what_a_namespace_asks_for_must_be_known_and_understood() {
    let enforced =
        |known: &str| desk(modes(&[("defaults", Mode::Enforce)]), Failure::Refuse, vec![defaults()], known);
    let unknown =
        decide(&enforced("{apiVersion: v1, kind: Namespace, metadata: {name: other}}"), &sent(plain()));
    let refusal = unknown.refusal.unwrap();
    assert_eq!(
        (refusal.code, refusal.message.as_str()),
        (
            500,
            "defaults: could not be judged: namespace `shop` is not known, and its label decides which defaults are wanted"
        )
    );
    let odd = decide(&enforced(&SHOP.replace("recommended", "recomended")), &sent(plain()));
    assert!(odd.refusal.unwrap().message.contains("no default is called `recomended`"));
    assert!(decide(&enforced(&SHOP.replace("defaults:", "other:")), &sent(plain())).patch.is_none());
    // Nothing of it is enforced, so nothing is refused, however strict others are.
    let mild = modes(&[("defaults", Mode::Audit), ("*", Mode::Enforce)]);
    let answer = decide(
        &desk(
            mild,
            Failure::Refuse,
            vec![defaults()],
            "{apiVersion: v1, kind: Namespace, metadata: {name: other}}",
        ),
        &sent(plain()),
    );
    assert!(answer.refusal.is_none() && annotation(&answer, "not-evaluated").is_some());
}

#[test]
fn defaults_are_tried_one_by_one() {
    let one = modes(&[("defaults/seccomp", Mode::Enforce), ("defaults/no-token", Mode::Warn)]);
    let answer = decide(&desk(one, Failure::Refuse, vec![defaults()], SHOP), &sent(plain()));
    assert_eq!(annotation(&answer, "changed"), Some("defaults/seccomp"));
    let would = annotation(&answer, "would-change").unwrap();
    assert!(would.starts_with("defaults/no-privilege-escalation: would change the object: "), "{would}");
    assert!(answer.warnings[0].starts_with("defaults/no-token: would change the object: "));
}

/// What a policy put in is filled in, too.
#[test]
fn those_who_change_go_one_after_the_other() {
    let sidecar = policy(
        "sidecar",
        "object.spec.containers.exists(c, c.name == 'side') ? [] : [JSONPatch{op: 'add', path: '/spec/containers/-', \
         value: Object.spec.containers{name: 'side', image: 'r/s:1'}}]",
    );
    let all = modes(&[("*", Mode::Enforce)]);
    let desk = desk(all, Failure::Refuse, vec![policies(&sidecar), defaults()], SHOP);
    let review = sent(plain());
    let answer = decide(&desk, &review);
    let pod = patched(&review, &answer);
    for container in pod["spec"]["containers"].as_array().unwrap() {
        assert_eq!(container["securityContext"]["allowPrivilegeEscalation"], false, "{container}");
    }
    let mut again = review.clone();
    again["request"]["object"] = pod;
    assert!(decide(&desk, &again).patch.is_none());
}

/// A changer that is a function.
struct Odd<F>(Vec<String>, F);

impl<F: Fn(&Request<'_>) -> Decision + Send + Sync> Changer for Odd<F> {
    fn family(&self) -> &str {
        "odd"
    }

    fn ids(&self) -> &[String] {
        &self.0
    }

    fn change(&self, request: &Request<'_>, _: &Around<'_>, _: &dyn Fn(&str) -> bool) -> Decision {
        (self.1)(request)
    }
}

fn odd(change: impl Fn(&Request<'_>) -> Decision + Send + Sync + 'static) -> Arc<dyn Changer> {
    Arc::new(Odd(vec!["odd/one".into(), "odd/two".into()], change))
}

#[test]
fn a_crash_or_a_gap_is_as_strict_as_the_strictest_of_those_that_were_asked() {
    let crash = || odd(|_| panic!("hunter2"));
    let review = plain();
    for (rules, failure, refused) in [
        (&[("odd/one", Mode::Enforce)][..], Failure::Refuse, true),
        (&[("odd/one", Mode::Enforce)], Failure::Allow, false),
        (&[("odd/one", Mode::Warn), ("pod-*", Mode::Enforce)], Failure::Refuse, false),
    ] {
        let answer = decide(&desk(modes(rules), failure, vec![crash()], SHOP), &review);
        assert_eq!(answer.refusal.is_some(), refused);
        assert!(format!("{answer:?}").contains("odd: could not be judged: the policy crashed"), "{answer:?}");
        assert!(!format!("{answer:?}").contains("hunter2"));
    }
    let gap = odd(|_| Decision {
        not_judged: vec![NotJudged {
            policy: "odd/two".into(),
            binding: String::new(),
            reason: "why".into(),
        }],
        ..Decision::default()
    });
    let answer =
        decide(&desk(modes(&[("odd/one", Mode::Enforce)]), Failure::Refuse, vec![gap], SHOP), &review);
    assert!(answer.refusal.is_none());
    assert_eq!(annotation(&answer, "not-evaluated"), Some("odd/two: could not be judged: why"));
    // Those that are enforced were judged; what then crashes is told, and refuses nothing.
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let second = odd(move |_| match calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0 => Decision::default(),
        _ => panic!("hunter2"),
    });
    let answer =
        decide(&desk(modes(&[("odd/one", Mode::Enforce)]), Failure::Refuse, vec![second], SHOP), &review);
    assert!(answer.refusal.is_none());
    assert_eq!(annotation(&answer, "not-evaluated"), Some("odd: could not be judged: the policy crashed"));
    // Time is up: nobody was asked.
    let review = Review::read(review.to_string().as_bytes(), &ReviewLimits::default()).unwrap();
    for (mode, refused) in [(Mode::Enforce, true), (Mode::Audit, false)] {
        let rules = modes(&[("odd/one", mode), ("pod-*", Mode::Enforce)]);
        let desk = desk(rules, Failure::Refuse, vec![crash()], SHOP);
        assert_eq!(desk.give_up(&review, Hook::Mutate, "late").refusal.is_some(), refused);
        let spent = Budget::default();
        spent.spend();
        assert_eq!(desk.decide(&review, Hook::Mutate, &spent).refusal.is_some(), refused);
    }
}

#[test]
fn nothing_is_patched_that_is_refused_by_anybody() {
    let no = odd(|_| Decision {
        denials: vec![Denial {
            policy: "odd/one".into(),
            binding: Arc::default(),
            code: 403,
            reason: Reason::Forbidden,
            message: "no".into(),
        }],
        ..Decision::default()
    });
    let desk = desk(modes(&[("*", Mode::Enforce)]), Failure::Refuse, vec![defaults(), no], SHOP);
    let answer = decide(&desk, &sent(plain()));
    assert_eq!((answer.patch, answer.refusal.unwrap().message.as_str()), (None, "no"));
    assert!(answer.annotations.is_empty(), "{:?}", answer.annotations);
}

#[test]
fn the_server_patches_counts_and_tells() {
    run(async {
        let rules = Rules { modes: modes(&[("policies", Mode::Enforce)]), ..Rules::default() };
        let changers = vec![policies(&labels("a"))];
        let stand = Stand::start(Setup { rules, changers, ..Setup::default() }).await;
        let mut client = stand.client().await;
        let response = client.post("/mutate", &body("shop", "web")).await.unwrap().json()["response"].clone();
        // [{"op":"add","path":"/metadata/labels","value":{"a":"x"}}]
        let patch = "W3sib3AiOiJhZGQiLCJwYXRoIjoiL21ldGFkYXRhL2xhYmVscyIsInZhbHVlIjp7ImEiOiJ4In19XQ==";
        assert_eq!(
            (&response["allowed"], &response["patchType"], &response["patch"]),
            (&true.into(), &"JSONPatch".into(), &patch.into())
        );
        let exempt = client.post("/mutate", &body("kube-system", "web")).await.unwrap().json();
        assert_eq!(exempt["response"].get("patch"), None);
        let metrics = client.get("/metrics").await.unwrap().body;
        for line in [
            "seawall_admission_requests_total{hook=\"mutate\",operation=\"CREATE\",allowed=\"true\"} 2",
            "seawall_admission_decisions_total{policy=\"admission-policy/a\",mode=\"enforce\",outcome=\"changed\"} 1",
            "seawall_admission_judge_duration_seconds_count{judge=\"policies\"} 1",
        ] {
            assert!(metrics.contains(line), "{line}\n{metrics}");
        }
        drop(client);
        let (_, events) = stand.stop().finish().await;
        assert_eq!((events.len(), &events[0]["outcome"]), (1, &"changed".into()));
        assert_eq!(
            (&events[0]["policy"], &events[0]["hook"]),
            (&"admission-policy/a".into(), &"mutate".into())
        );
    });
}

#[test]
fn odd_objects_are_left_alone_and_large_ones_get_small_patches() {
    let text = policy(
        "image",
        "has(object.spec.nodeName) ? [] : [JSONPatch{op: 'add', path: '/spec/nodeName', value: 'n'}]",
    );
    let all = || modes(&[("defaults", Mode::Enforce), ("policies", Mode::Warn)]);
    let known = SHOP.replace("recommended", "recommended.restricted.read-only-root");
    let desk = desk(all(), Failure::Refuse, vec![policies(&text), defaults()], &known);
    for object in [
        json!({}),
        json!({"spec": null}),
        json!({"spec": [[["x"]]], "metadata": 7}),
        json!({"spec": "text"}),
        json!({"spec": {"containers": null, "automountServiceAccountToken": 7, "securityContext": []}}),
        json!({"spec": {"containers": [null, 7, "x", [], {"securityContext": "x"}], "securityContext": "x", "serviceAccountName": "web"}}),
    ] {
        let mut odd = review("shop", "web");
        odd["request"]["object"] = object;
        let answer = decide(&desk, &odd);
        assert!(answer.patch.is_none() && answer.refusal.is_none(), "{odd} {answer:?}");
    }
    let mut large = plain();
    large["request"]["object"]["metadata"]["annotations"]["x"] = "y".repeat(3 << 20).into();
    let containers: Vec<Value> =
        (0..1000).map(|number| json!({"name": format!("c{number}"), "image": "r/i:1"})).collect();
    large["request"]["object"]["spec"]["containers"] = containers.into();
    let answer = decide(&desk, &large);
    let patch = answer.patch.as_deref().unwrap();
    assert!(patch.len() < 1000 * 200 && !patch.contains("yyy"), "{}", patch.len());
    assert_eq!(
        patched(&large, &answer)["spec"]["containers"][999]["securityContext"]["allowPrivilegeEscalation"],
        false
    );
}
