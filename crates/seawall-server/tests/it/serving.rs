//! What is answered in ordinary times.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use seawall_policy::admission::{Decision, Note, Request};
use seawall_server::{Around, Exemption, Mode, ModeRule, Modes, Rules};
use seawall_waivers::Glob;

use crate::stand::{Policy, Setup, Stand, body, refuses, review, run};

#[test]
fn a_connection_carries_many_reviews() {
    run(async {
        let judges = vec![refuses("no-db", |request| request.name == "db")];
        let stand = Stand::start(Setup { judges, ..Setup::default() }).await;
        let mut client = stand.client().await;
        let allowed = client.post("/validate?timeout=10s", &body("shop", "web")).await.unwrap().json();
        assert_eq!(allowed["response"]["allowed"], true);
        assert_eq!(allowed["response"]["uid"], "705ab4f5-6393-11e8-b7cc-42010a800002");
        let refused = client.post("/validate", &body("shop", "db")).await.unwrap().json();
        assert_eq!(refused["apiVersion"], "admission.k8s.io/v1");
        assert_eq!(
            refused["response"]["status"],
            serde_json::json!({"status": "Failure", "code": 403, "reason": "Forbidden", "message": "no-db says no"})
        );
        assert_eq!(client.get("/healthz").await.unwrap().body, "ok\n");
        assert_eq!(client.get("/readyz").await.unwrap().body, "ready\n");
        assert_eq!(client.get("/nowhere").await.unwrap().status, 404);
        assert_eq!(client.get("/validate").await.unwrap().status, 405);
        let metrics = client.get("/metrics").await.unwrap().body;
        for line in [
            "seawall_admission_requests_total{hook=\"validate\",operation=\"CREATE\",allowed=\"true\"} 1",
            "seawall_admission_decisions_total{policy=\"no-db\",mode=\"enforce\",outcome=\"refused\"} 1",
            "seawall_admission_duration_seconds_count{hook=\"validate\"} 2",
            "seawall_admission_judge_duration_seconds_count{judge=\"no-db\"} 2",
            "seawall_admission_connections 1",
            "seawall_admission_ready 1",
            "seawall_admission_certificate_not_after_seconds 1798502400",
        ] {
            assert!(metrics.contains(line), "{line}\n{metrics}");
        }
        drop(client);
        let (finished, events) = stand.stop().finish().await;
        assert!(finished);
        assert_eq!(events.len(), 1, "{events:?}");
        let event = &events[0];
        assert_eq!(
            (&event["policy"], &event["outcome"], &event["user"]),
            (&"no-db".into(), &"refused".into(), &"alice".into())
        );
        assert_eq!(
            (&event["namespace"], &event["name"], &event["time"]),
            (&"shop".into(), &"db".into(), &"2026-11-29T00:00:00Z".into())
        );
    });
}

#[test]
fn nobody_is_allowed_anything_before_policies_are_loaded() {
    run(async {
        let stand = Stand::start(Setup { loaded: false, ..Setup::default() }).await;
        let answer = stand.client().await.post("/validate", &body("shop", "web")).await.unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (503, "policies and inventory are not loaded\n"));
        assert_eq!(stand.client().await.get("/readyz").await.unwrap().status, 503);
        stand.server.set_loaded();
        assert_eq!(stand.client().await.post("/validate", &body("shop", "web")).await.unwrap().status, 200);
        let metrics = stand.client().await.get("/metrics").await.unwrap().body;
        assert!(metrics.contains("rejected_total{reason=\"loading\"} 1"), "{metrics}");
    });
}

#[test]
fn modes_decide_what_a_refusal_does() {
    run(async {
        let rule = |namespaces: &str, mode| ModeRule {
            policies: vec![],
            namespaces: vec![Glob::new(namespaces)],
            mode,
            rollout: 100,
        };
        let modes = Modes {
            rules: vec![rule("warned", Mode::Warn), rule("strict", Mode::Enforce)],
            default: Mode::Audit,
        };
        let judges = vec![refuses("nothing", |_| true)];
        let stand =
            Stand::start(Setup { judges, rules: Rules { modes, ..Rules::default() }, ..Setup::default() })
                .await;
        let mut client = stand.client().await;
        let mut ask = async |namespace: &str| {
            client.post("/validate", &body(namespace, "web")).await.unwrap().json()["response"].clone()
        };
        let audited = ask("other").await;
        assert_eq!(audited["allowed"], true);
        assert_eq!(audited["auditAnnotations"]["would-refuse"], "nothing says no");
        assert!(audited.get("warnings").is_none());
        let warned = ask("warned").await;
        assert_eq!(
            (&warned["allowed"], &warned["warnings"]),
            (&true.into(), &serde_json::json!(["nothing says no"]))
        );
        assert_eq!(ask("strict").await["allowed"], false);
        let exempt = ask("kube-system").await;
        assert_eq!(exempt["allowed"], true);
        assert_eq!(exempt["auditAnnotations"], serde_json::json!({"exempt": "namespace-kube-system"}));
    });
}

#[test]
fn what_is_only_noted_is_an_event_and_counts() {
    run(async {
        let noted = |_: &Request<'_>, _: &Around<'_>| Decision {
            noted: vec![Note {
                policy: "p".into(),
                reason: "Audit",
                message: "p: words".to_owned(),
                annotated: false,
            }],
            ..Decision::default()
        };
        let stand =
            Stand::start(Setup { judges: vec![Arc::new(Policy("family", noted))], ..Setup::default() }).await;
        let mut client = stand.client().await;
        let answer = client.post("/validate", &body("shop", "web")).await.unwrap().json();
        assert_eq!(answer["response"]["allowed"], true);
        assert_eq!(answer["response"]["auditAnnotations"], serde_json::json!({"noted": "p: words"}));
        let metrics = client.get("/metrics").await.unwrap().body;
        let line = "decisions_total{policy=\"p\",mode=\"enforce\",outcome=\"audited\"} 1";
        assert!(metrics.contains(line), "{metrics}");
        drop(client);
        let (_, events) = stand.stop().finish().await;
        let event = &events[0];
        assert_eq!(
            (&event["policy"], &event["outcome"], &event["reason"]),
            (&"p".into(), &"audited".into(), &"Audit".into())
        );
    });
}

#[test]
fn a_controller_that_tries_again_gets_the_same_answer() {
    run(async {
        let rule = ModeRule { policies: vec![], namespaces: vec![], mode: Mode::Enforce, rollout: 50 };
        let modes = Modes { rules: vec![rule], default: Mode::Audit };
        let (judges, rules) = (vec![refuses("nothing", |_| true)], Rules { modes, ..Rules::default() });
        let stand = Stand::start(Setup { judges, rules, ..Setup::default() }).await;
        let mut client = stand.client().await;
        let mut refused = async |owner: Option<&str>, base: &str, attempt: usize| {
            let mut review = review("shop", &format!("{base}{attempt}"));
            let metadata = &mut review["request"]["object"]["metadata"];
            metadata["generateName"] = base.into();
            if let Some(owner) = owner {
                // Only the last one is the controller.
                metadata["ownerReferences"] = serde_json::json!([{"kind": "Node", "name": format!("n{attempt}")},
                    {"kind": "ReplicaSet", "name": owner, "controller": true}]);
                metadata["generateName"] = format!("{base}{attempt}").into();
            }
            let answer = client.post("/validate", review.to_string().as_bytes()).await.unwrap().json();
            answer["response"]["allowed"] == false
        };
        let mut shares = std::collections::BTreeSet::new();
        for number in 0..8 {
            for owner in [None, Some(format!("web-{number}"))] {
                let mut answers = std::collections::BTreeSet::new();
                for attempt in 0..8 {
                    answers.insert(refused(owner.as_deref(), &format!("job-{number}-"), attempt).await);
                }
                assert_eq!(answers.len(), 1, "{owner:?} {number}");
                shares.extend(answers);
            }
        }
        assert_eq!(shares.len(), 2, "some are refused and some are not");
    });
}

#[test]
fn a_dry_run_is_answered_alike_and_its_events_say_so() {
    run(async {
        let stand =
            Stand::start(Setup { judges: vec![refuses("nothing", |_| true)], ..Setup::default() }).await;
        let mut client = stand.client().await;
        let real = client.post("/validate", &body("shop", "web")).await.unwrap().json();
        let mut review = review("shop", "web");
        review["request"]["dryRun"] = true.into();
        let dry = client.post("/validate", review.to_string().as_bytes()).await.unwrap().json();
        assert_eq!(real, dry);
        drop(client);
        let (_, events) = stand.stop().finish().await;
        assert_eq!(events[0].get("dryRun"), None);
        assert_eq!(events[1]["dryRun"], true);
    });
}

#[test]
fn no_value_of_an_object_is_logged_counted_or_told() {
    run(async {
        let stand =
            Stand::start(Setup { judges: vec![refuses("nothing", |_| true)], ..Setup::default() }).await;
        let mut client = stand.client().await;
        let mut review = review("shop", "web");
        review["request"]["kind"]["kind"] = "Secret".into();
        review["request"]["object"] = serde_json::json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "web"}, "stringData": {"password": "hunter2"}});
        let answer = client.post("/validate", review.to_string().as_bytes()).await.unwrap();
        assert!(!answer.body.contains("hunter2"));
        review["request"]["object"] = "hunter2".into();
        let refused = client.post("/validate", review.to_string().as_bytes()).await.unwrap();
        assert_eq!((refused.status, refused.body.contains("hunter2")), (400, false));
        assert!(!client.get("/metrics").await.unwrap().body.contains("hunter2"));
        drop(client);
        let (_, events) = stand.stop().finish().await;
        assert!(!format!("{events:?}").contains("hunter2") && events.len() == 1);
    });
}

#[test]
fn open_requests_finish_when_the_server_is_told_to_stop() {
    run(async {
        let (begun, mut has_begun) = tokio::sync::mpsc::unbounded_channel();
        let (release, gate) = std::sync::mpsc::channel::<()>();
        let gate = std::sync::Mutex::new(gate);
        let slow = refuses("slow", move |_| {
            begun.send(()).unwrap();
            gate.lock().unwrap().recv().unwrap();
            true
        });
        let stand = Stand::start(Setup { judges: vec![slow], ..Setup::default() }).await;
        let (server, socket) = (stand.server.clone(), stand.address.clone());
        let mut client = stand.client().await;
        let mut idle = stand.client().await;
        let asked =
            tokio::spawn(async move { client.post("/validate", &body("shop", "web")).await.unwrap().json() });
        has_begun.recv().await.unwrap();
        let stopping = stand.stop();
        while server.unready().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(idle.get("/readyz").await.unwrap().body, "the server is stopping\n");
        // Whoever has not heard of it yet is served for a while.
        assert_eq!(
            crate::client::Client::open(&socket).await.unwrap().get("/healthz").await.unwrap().status,
            200
        );
        tokio::time::advance(Duration::from_secs(4)).await;
        assert!(idle.receive().await.is_err(), "idle connections are closed");
        release.send(()).unwrap();
        assert_eq!(asked.await.unwrap()["response"]["allowed"], false);
        drop(server);
        let (finished, events) = stopping.finish().await;
        assert!(finished && events.len() == 1);
    });
}

#[test]
fn every_exemption_is_said_in_the_answer_and_counted() {
    run(async {
        let stand =
            Stand::start(Setup { judges: vec![refuses("nothing", |_| true)], ..Setup::default() }).await;
        let mut client = stand.client().await;
        let namespaces: Vec<&Exemption> = seawall_server::EXEMPTIONS
            .iter()
            .filter(|row| matches!(row.exempts, seawall_server::Exempts::Namespace(_)))
            .collect();
        assert!(namespaces.len() > 5);
        for row in namespaces {
            let seawall_server::Exempts::Namespace(name) = row.exempts else { continue };
            let answer = client.post("/validate", &body(name, "web")).await.unwrap().json();
            assert_eq!(answer["response"]["auditAnnotations"]["exempt"], row.id);
            let metrics = client.get("/metrics").await.unwrap().body;
            assert!(
                metrics.contains(&format!("seawall_admission_exempt_total{{exemption=\"{}\"}} 1", row.id))
            );
        }
        assert_eq!(stand.clock.0.load(Ordering::SeqCst), crate::stand::NOW);
    });
}
