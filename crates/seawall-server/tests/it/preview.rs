//! What a stricter mode would do, held against what the desk does.

use std::sync::Arc;

use seawall_core::{Origin, OriginKind};
use seawall_events::read_events;
use seawall_inventory::{InventoryBuilder, Resource};
use seawall_policy::admission::{Decision, Denial, NotJudged, Reason, Request, User};
use seawall_schema::Schemas;
use seawall_server::preview::{Example, Fate, Judgement, Passed, Preview, Replayed, Tally, Then, Types, Who};
use seawall_server::{
    Around, Budget, Changer, Desk, Events, Hook, Judge, Metrics, Mode, Modes, PodSecurity, Review,
    ReviewLimits, Rules,
};
use seawall_yaml::{Limits, Tree, json::read_json_bytes};
use serde_json::{Value, json};

use crate::stand::{NOW, Policy, TestClock, refuses, review};

fn tree(value: &Value) -> Tree {
    read_json_bytes(value.to_string().as_bytes(), &Limits::default()).0.unwrap()
}

fn resource(value: &Value) -> Resource {
    let origin = Origin { file: "web.yaml".into(), document: 0, line: 1, kind: OriginKind::File };
    let tree = Arc::new(tree(value));
    let root = tree.root().id();
    Resource::new(tree, root, origin, None).unwrap()
}

fn desk(mode: Mode, judges: Vec<Arc<dyn Judge>>) -> Desk {
    let modes = Modes { rules: Vec::new(), default: mode };
    let clock = Arc::new(TestClock(NOW.into()));
    let rules = Rules { modes, ..Rules::default() };
    let desk = Desk::new(rules, clock, Arc::new(Metrics::default()), Events::none());
    let mut builder = InventoryBuilder::new();
    let labels = json!({"pod-security.kubernetes.io/enforce": "baseline"});
    builder.push(resource(
        &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": labels}}),
    ));
    desk.set_inventory(builder.build());
    desk.set_judges(judges);
    desk
}

fn privileged(request: &Request<'_>) -> bool {
    let containers = request.object.into_iter().flat_map(|object| object.get("spec"));
    let mut containers = containers.flat_map(|spec| spec.list("containers"));
    containers.any(|one| one.path(&["securityContext", "privileged"]).is_some())
}

fn refuses_privileged() -> Arc<dyn Judge> {
    refuses("checks", privileged)
}

fn warns() -> Arc<dyn Judge> {
    let warn =
        |_: &Request<'_>, _: &Around<'_>| Decision { warnings: vec!["old".into()], ..Decision::default() };
    Arc::new(Policy("soft", warn))
}

fn doubts() -> Arc<dyn Judge> {
    let gap = |_: &Request<'_>, _: &Around<'_>| {
        let gap = NotJudged { policy: "far".into(), binding: String::new(), reason: "nobody knows".into() };
        Decision { not_judged: vec![gap], ..Decision::default() }
    };
    Arc::new(Policy("far", gap))
}

fn fates(judgement: &Judgement) -> (Option<Fate>, Option<Fate>) {
    (judgement.today(), judgement.then())
}

#[test]
fn a_preview_says_of_today_what_the_desk_does_today() {
    for mode in [Mode::Audit, Mode::Warn, Mode::Enforce] {
        for judges in [vec![refuses_privileged()], vec![refuses_privileged(), warns()], vec![warns()], vec![]]
        {
            for namespace in ["shop", "kube-system"] {
                let desk = desk(mode, judges.clone());
                let body = review(namespace, "web").to_string();
                let review = Review::read(body.as_bytes(), &ReviewLimits::default()).unwrap();
                let answer = desk.decide(&review, Hook::Validate, &Budget::default());
                let told = Preview::new(&desk, Then::Next).judge(&review.request(), review.tree());
                let noted = answer.annotations.iter().any(|(key, _)| key.starts_with("would-"));
                let fate = match (&answer.refusal, answer.warnings.is_empty(), noted) {
                    (Some(_), ..) => Some(Fate::Refused),
                    (None, false, _) => Some(Fate::Warned),
                    (None, true, true) => Some(Fate::Noted),
                    (None, true, false) => None,
                };
                assert_eq!(told.today(), fate, "{mode} {namespace} {told:?}");
                assert_eq!(told.exempt.is_some(), namespace == "kube-system");
            }
        }
    }
}

#[test]
fn the_next_mode_is_stricter_and_a_warning_stays_one() {
    let then = |mode, then, judges| {
        let desk = desk(mode, judges);
        let body = review("shop", "web").to_string();
        let review = Review::read(body.as_bytes(), &ReviewLimits::default()).unwrap();
        fates(&Preview::new(&desk, then).judge(&review.request(), review.tree()))
    };
    let (noted, warned, refused) = (Some(Fate::Noted), Some(Fate::Warned), Some(Fate::Refused));
    assert_eq!(then(Mode::Audit, Then::Next, vec![refuses_privileged()]), (noted, warned));
    assert_eq!(then(Mode::Warn, Then::Next, vec![refuses_privileged()]), (warned, refused));
    assert_eq!(then(Mode::Enforce, Then::Next, vec![refuses_privileged()]), (refused, refused));
    assert_eq!(then(Mode::Audit, Then::As(Mode::Enforce), vec![refuses_privileged()]), (noted, refused));
    assert_eq!(then(Mode::Enforce, Then::As(Mode::Audit), vec![refuses_privileged()]), (refused, noted));
    assert_eq!(then(Mode::Audit, Then::As(Mode::Enforce), vec![warns()]), (noted, warned));
}

/// A family that takes the privilege away.
struct Tames(Vec<String>);

impl Changer for Tames {
    fn family(&self) -> &str {
        "mutations"
    }

    fn ids(&self) -> &[String] {
        &self.0
    }

    fn change(&self, _: &Request<'_>, _: &Around<'_>, counts: &dyn Fn(&str) -> bool) -> Decision {
        let tame = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}, "spec": {"containers": []}});
        Decision { object: counts("tames").then(|| tree(&tame)), ..Decision::default() }
    }
}

#[test]
fn what_would_be_changed_is_judged_as_it_would_be_then() {
    let body = review("shop", "web").to_string();
    let review = Review::read(body.as_bytes(), &ReviewLimits::default()).unwrap();
    for (today, then, said) in [
        (Mode::Audit, Mode::Enforce, (Some(Fate::Noted), None)),
        (Mode::Enforce, Mode::Warn, (None, Some(Fate::Warned))),
    ] {
        let desk = desk(today, vec![refuses_privileged()]);
        desk.set_changers(vec![Arc::new(Tames(vec!["tames".to_owned()]))]);
        let told = Preview::new(&desk, Then::As(then)).judge(&review.request(), review.tree());
        assert_eq!(fates(&told), said, "{today} {then}");
    }
}

fn pod(name: &str, privileged: bool) -> Value {
    let context = if privileged { json!({"privileged": true}) } else { json!(null) };
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop"},
        "spec": {"containers": [{"name": "web", "image": "a", "securityContext": context}]}})
}

fn event(verb: &str, request: &Value, response: &Value) -> Value {
    let level = if response.is_null() { "Request" } else { "RequestResponse" };
    json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": level, "auditID": "a1", "stage": "ResponseComplete",
        "verb": verb, "requestURI": "/api/v1/namespaces/shop/pods",
        "user": {"username": "alice", "groups": ["devs"], "extra": {"k": ["v"]}}, "userAgent": "kubectl/v1.36 (linux)",
        "objectRef": {"resource": "pods", "namespace": "shop", "name": "web", "apiVersion": "v1"},
        "responseStatus": {"code": 200}, "requestObject": request, "responseObject": response,
        "stageTimestamp": "2026-11-22T00:00:00Z",
    })
}

fn replay(desk: &Desk, event: &Value) -> Replayed {
    let text = event.to_string();
    let (events, problems) = read_events(&text, 1);
    assert!(problems.is_empty(), "{problems:?}");
    let schemas = Schemas::builtin();
    Preview::new(desk, Then::Next).replay(&events[0], &Types::new(&schemas))
}

/// What becomes of an event in the next mode, or why that is not known.
fn outcome(desk: &Desk, event: &Value) -> Result<Option<Fate>, String> {
    match replay(desk, event) {
        Replayed::Passed(why) => Err(why.as_str().to_owned()),
        Replayed::Judged { judgement, .. } => match judgement.gaps.first() {
            Some(gap) => Err(gap.reason.clone()),
            None => Ok(judgement.then()),
        },
    }
}

#[test]
fn events_are_judged_by_the_object_that_admission_saw() {
    let desk = desk(Mode::Warn, vec![refuses_privileged()]);
    let (bad, good, none) = (pod("web", true), pod("web", false), Value::Null);
    let status = json!({"kind": "Status", "apiVersion": "v1", "status": "Success"});
    let refused = Ok(Some(Fate::Refused));
    for (verb, request, response, said) in [
        ("create", &bad, &bad, refused.clone()),
        ("create", &bad, &none, refused.clone()),
        ("create", &good, &none, Ok(None)),
        // A webhook took the privilege away, or gave it.
        ("create", &bad, &good, Ok(None)),
        ("create", &good, &bad, refused.clone()),
        ("create", &bad, &status, refused.clone()),
        ("update", &bad, &none, refused.clone()),
        ("patch", &json!([{"op": "add"}]), &bad, refused),
        (
            "patch",
            &json!([{"op": "add"}]),
            &none,
            Err("the log holds the patch and not the object that it makes (level Request)".into()),
        ),
        ("create", &none, &none, Err("the log holds no object (level Request)".into())),
        ("create", &json!("text"), &none, Err("the body in the log cannot be read as an object".into())),
        (
            "create",
            &json!({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": 7}}),
            &none,
            Err("the body in the log is no object that the API server takes".into()),
        ),
        ("get", &none, &bad, Err("read".into())),
        ("delete", &none, &bad, Ok(None)),
        ("deletecollection", &none, &none, Ok(None)),
    ] {
        let told = outcome(&desk, &event(verb, request, response));
        match (&told, &said) {
            (Err(told), Err(said)) => assert!(told.starts_with(said), "{verb} {request} {response}: {told}"),
            _ => assert_eq!(told, said, "{verb} {request} {response}"),
        }
    }
}

#[test]
fn what_did_not_get_through_is_passed_over() {
    let desk = desk(Mode::Warn, vec![refuses_privileged()]);
    let good = event("create", &pod("web", true), &Value::Null);
    let with = |key: &str, value: Value| {
        let mut event = good.clone();
        *event.pointer_mut(key).unwrap() = value;
        event
    };
    for (event, passed) in [
        (with("/responseStatus/code", json!(403)), Passed::Failed),
        (with("/responseStatus/code", json!(500)), Passed::Failed),
        (with("/stage", json!("RequestReceived")), Passed::Stage),
        (with("/stage", json!("Panic")), Passed::Stage),
        (with("/objectRef", json!(null)), Passed::Path),
        (with("/verb", json!("watch")), Passed::Read),
    ] {
        assert_eq!(replay(&desk, &event), Replayed::Passed(passed));
    }
    // Nobody said how it ended: it may have gone through.
    assert_eq!(outcome(&desk, &with("/responseStatus", json!({}))), Ok(Some(Fate::Refused)));
    let Replayed::Judged { judgement, .. } =
        replay(&desk, &with("/objectRef/namespace", json!("kube-system")))
    else {
        panic!("it is judged");
    };
    assert_eq!(judgement.exempt, Some("namespace-kube-system"));
}

#[test]
fn levels_and_webhooks_that_hide_the_object_are_told() {
    let desk = desk(Mode::Warn, vec![refuses_privileged()]);
    let mut metadata = event("create", &Value::Null, &Value::Null);
    metadata["level"] = json!("Metadata");
    assert_eq!(outcome(&desk, &metadata), Err("the log holds no object (level Metadata)".into()));
    metadata["annotations"] = json!({"audit.k8s.io/truncated": "true"});
    let cut = "the log holds no object (the event was cut, `audit.k8s.io/truncated`)";
    assert_eq!(outcome(&desk, &metadata), Err(cut.into()));
    let mut changed = event("create", &pod("web", true), &Value::Null);
    let key = "mutation.webhook.admission.k8s.io/round_0_index_0";
    changed["annotations"] = json!({key: r#"{"configuration":"a","webhook":"b","mutated":false}"#});
    assert_eq!(outcome(&desk, &changed), Ok(Some(Fate::Refused)));
    changed["annotations"] = json!({key: r#"{"configuration":"a","webhook":"b","mutated":true}"#});
    assert!(outcome(&desk, &changed).unwrap_err().starts_with("a webhook changed the object on its way"));
    changed["responseObject"] = pod("web", true);
    assert_eq!(outcome(&desk, &changed), Ok(Some(Fate::Refused)));
}

/// The request of an event as a policy sees it.
#[test]
fn a_request_says_who_asked_and_what_nobody_saw() {
    let seen = |event: &Value| {
        let told = Arc::new(std::sync::Mutex::new(Value::Null));
        let into = Arc::clone(&told);
        let tell = move |request: &Request<'_>, _: &Around<'_>| {
            let extra = request.user.extra.and_then(|extra| extra.list("k").next()?.as_str());
            *into.lock().unwrap() = json!([
                request.operation.name(),
                request.kind,
                request.resource,
                request.subresource,
                request.namespace,
                request.name,
                request.user.name,
                request.user.groups,
                extra,
                request.dry_run,
                [request.unseen.object, request.unseen.old_object],
            ]);
            Decision::default()
        };
        let desk = desk(Mode::Warn, vec![Arc::new(Policy("sees", tell))]);
        replay(&desk, event);
        told.lock().unwrap().clone()
    };
    let bad = pod("web", true);
    let core = json!(["", "v1", "Pod"]);
    let pods = json!(["", "v1", "pods"]);
    assert_eq!(
        seen(&event("create", &bad, &bad)),
        json!(["CREATE", core, pods, "", "shop", "web", "alice", ["devs"], "v", false, [false, false]])
    );
    let mut applied = event("patch", &bad, &bad);
    assert_eq!(seen(&applied)[0], "UPDATE");
    assert_eq!(seen(&applied)[10], json!([false, true]));
    applied["responseStatus"]["code"] = json!(201);
    assert_eq!(seen(&applied)[0], "CREATE", "who applies what was not there creates it");
    let mut run_as = event("create", &bad, &bad);
    run_as["impersonatedUser"] = json!({"username": "bob"});
    run_as["requestURI"] = json!("/api/v1/namespaces/shop/pods?dryRun=All");
    run_as["objectRef"]["name"] = json!("");
    let seen_as = seen(&run_as);
    assert_eq!((&seen_as[5], &seen_as[6], &seen_as[9]), (&json!("web"), &json!("bob"), &json!(true)));
    let mut exec = event("get", &Value::Null, &Value::Null);
    exec["objectRef"]["subresource"] = json!("exec");
    assert_eq!(
        seen(&exec),
        json!([
            "CONNECT",
            ["", "v1", "PodExecOptions"],
            pods,
            "exec",
            "shop",
            "web",
            "alice",
            ["devs"],
            "v",
            false,
            [true, false]
        ])
    );
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new"}});
    let mut made = event("create", &namespace, &namespace);
    made["objectRef"] = json!({"resource": "namespaces", "name": "new", "apiVersion": "v1"});
    assert_eq!(seen(&made)[4], "new", "a Namespace is in itself");
    let gone = seen(&event("delete", &Value::Null, &Value::Null));
    assert_eq!((&gone[0], &gone[1], &gone[10]), (&json!("DELETE"), &core, &json!([false, true])));
}

#[test]
fn pod_security_of_a_change_whose_before_nobody_saw() {
    let desk = desk(Mode::Enforce, vec![Arc::new(PodSecurity::default())]);
    assert_eq!(outcome(&desk, &event("update", &pod("web", false), &Value::Null)), Ok(None));
    let doubt = outcome(&desk, &event("update", &pod("web", true), &Value::Null)).unwrap_err();
    assert!(doubt.starts_with("it violates baseline:latest, and whether the update"), "{doubt}");
    assert_eq!(outcome(&desk, &event("create", &pod("web", true), &Value::Null)), Ok(Some(Fate::Refused)));
    let namespace = |labels: Value| {
        let object =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": labels}});
        let mut event = event("update", &object, &Value::Null);
        event["objectRef"] =
            json!({"resource": "namespaces", "namespace": "shop", "name": "shop", "apiVersion": "v1"});
        event
    };
    assert_eq!(outcome(&desk, &namespace(json!({}))), Ok(None));
    let label = json!({"pod-security.kubernetes.io/enforce": "baseline"});
    assert!(outcome(&desk, &namespace(label)).unwrap_err().starts_with("what its labels change depends on"));
}

#[test]
fn objects_are_judged_as_if_they_were_created_now() {
    let desk = desk(Mode::Warn, vec![refuses_privileged()]);
    let schemas = Schemas::builtin();
    let (preview, types) = (Preview::new(&desk, Then::Next), Types::new(&schemas));
    let user = User { name: "alice", ..User::default() };
    let create = |value: &Value| preview.create(&resource(value), &types, &user);
    assert_eq!(fates(&create(&pod("web", true))), (Some(Fate::Warned), Some(Fate::Refused)));
    assert_eq!(fates(&create(&pod("web", false))), (None, None));
    let broken = create(
        &json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": 7}}),
    );
    assert!(broken.gaps[0].reason.starts_with("the API server would not take it"), "{broken:?}");
    let unknown = create(&json!({"apiVersion": "x.example/v1", "kind": "Thing", "metadata": {"name": "a"}}));
    assert!(unknown.gaps[0].reason.contains("add its CustomResourceDefinition"), "{unknown:?}");
    let mut mirror = pod("web", true);
    mirror["metadata"]["annotations"] = json!({"kubernetes.io/config.mirror": "x"});
    mirror["spec"]["nodeName"] = json!("n1");
    assert_eq!(create(&mirror).exempt, Some("nodes-own-pods"), "its node creates it");
}

/// An object that has no owner here is counted by the one that it names.
#[test]
fn objects_are_counted_by_their_last_owner() {
    let own = |kind: &str, name: &str| json!([{"apiVersion": "apps/v1", "kind": kind, "name": name, "controller": true}]);
    let object = |kind: &str, name: &str, owners: Value| json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": "shop", "ownerReferences": owners}});
    let mut builder = InventoryBuilder::new();
    for value in [
        object("Deployment", "web", json!([])),
        object("ReplicaSet", "web-1", own("Deployment", "web")),
        object("ReplicaSet", "db-1", own("Deployment", "db")),
    ] {
        builder.push(resource(&value));
    }
    let inventory = builder.build();
    let owners: Vec<String> = inventory
        .resources()
        .iter()
        .map(|one| Who::owner(&inventory, one))
        .map(|who| format!("{}/{}/{}", who.kind, who.namespace, who.name))
        .collect();
    assert_eq!(owners, ["Deployment/shop/web", "Deployment/shop/web", "Deployment/shop/db"]);
}

#[test]
fn a_request_that_is_refused_for_sure_is_judged_whatever_else_is_not_known() {
    let mut tally = Tally::default();
    for judges in [vec![refuses_privileged(), doubts()], vec![doubts()], vec![refuses_privileged()]] {
        let desk = desk(Mode::Warn, judges);
        tally.replayed(replay(&desk, &event("create", &pod("web", true), &Value::Null)));
    }
    let totals = tally.totals;
    assert_eq!((totals.requests, totals.judged, totals.not_judged, totals.then.refused), (3, 2, 1, 2));
    assert_eq!(tally.gaps.values().map(|gap| gap.requests).sum::<u64>(), 2);
    let group = tally.policies["checks"].groups.first_key_value().unwrap();
    assert_eq!(
        (group.0.user.as_str(), group.0.agent.as_str(), group.1.requests),
        ("alice", "kubectl/v1.36", 2)
    );
    assert_eq!(group.1.example.audit_id.as_deref(), Some("a1"));
}

/// Whoever writes the log chooses the names in it.
#[test]
fn a_hostile_log_costs_bounded_memory_and_loses_no_count() {
    let desk = desk(Mode::Warn, vec![refuses_privileged(), doubts()]);
    let (mut tally, users) = (Tally::default(), 10_050);
    let (bad, mut event) = (pod("web", true), event("create", &Value::Null, &Value::Null));
    event["requestObject"] = bad;
    for number in 0..users {
        event["user"]["username"] = json!(format!("{number}{}", "ü".repeat(4_000)));
        event["userAgent"] = json!("x".repeat(9_000));
        tally.replayed(replay(&desk, &event));
    }
    let policy = &tally.policies["checks"];
    assert_eq!((policy.requests, policy.groups.len() as u64, policy.unlisted), (users, 10_000, 50));
    assert!(policy.groups.keys().all(|who| who.user.len() <= 256 && who.agent.len() <= 256));
    let mut tally = Tally::default();
    for number in 0..1_200 {
        let gap = seawall_server::preview::Gap { policy: "far".into(), reason: number.to_string() };
        let judgement = Judgement { gaps: vec![gap], ..Judgement::default() };
        tally.created(&judgement, Who::default(), Example::default());
    }
    assert_eq!((tally.gaps.len(), tally.unlisted_gaps, tally.totals.not_judged), (1_000, 200, 1_200));
}

#[test]
fn what_a_policy_says_of_a_secret_is_not_kept() {
    let tells = |family: &'static str| -> Arc<dyn Judge> {
        Arc::new(Policy(family, |_: &Request<'_>, _: &Around<'_>| {
            let denial = Denial {
                policy: "admission-policy/a".into(),
                binding: Arc::default(),
                code: 403,
                reason: Reason::Forbidden,
                message: "the value is hunter2".into(),
            };
            Decision { denials: vec![denial], ..Decision::default() }
        }))
    };
    let secret =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "namespace": "shop"}});
    let mut event = event("create", &secret, &Value::Null);
    event["objectRef"]["resource"] = json!("secrets");
    for (family, kept) in [("policies", false), ("checks", true)] {
        let mut tally = Tally::default();
        tally.replayed(replay(&desk(Mode::Warn, vec![tells(family)]), &event));
        let group = tally.policies["admission-policy/a"].groups.first_key_value().unwrap().1;
        assert_eq!(group.example.message.is_some(), kept, "{family}");
    }
}
