//! What must not bring the server down.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use seawall_policy::admission::Decision;
use seawall_server::{Around, Failure, Judge, Mode, Modes, Rules, ServerLimits};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::Client;
use crate::stand::{DAY, NOW, Policy, Setup, Stand, body, refuses, review, run, serve};

#[test]
fn ten_megabytes_are_refused_before_they_are_read() {
    run(async {
        let stand = Stand::start(Setup::default()).await;
        let mut client = stand.client().await;
        // Only the head is sent: the answer cannot depend on the body.
        client.send(b"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n\r\n").await.unwrap();
        let answer = client.receive().await.unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (413, "a review has at most 6356992 bytes\n"));
        assert!(client.receive().await.is_err(), "the rest is not waited for");
        // A body that does not say its size is cut off where it passes the limit.
        let limits = ServerLimits {
            review: seawall_server::ReviewLimits { bytes: 100_000, ..Default::default() },
            ..ServerLimits::default()
        };
        let stand = Stand::start(Setup { limits, ..Setup::default() }).await;
        let mut client = stand.client().await;
        client.send(b"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n").await.unwrap();
        let chunk = format!("2000\r\n{}\r\n", " ".repeat(0x2000));
        for _ in 0..13 {
            client.send(chunk.as_bytes()).await.unwrap();
        }
        assert_eq!(client.receive().await.unwrap().status, 413);
    });
}

#[test]
fn three_megabytes_are_judged() {
    run(async {
        let stand =
            Stand::start(Setup { judges: vec![refuses("nothing", |_| true)], ..Setup::default() }).await;
        let mut review = review("shop", "web");
        review["request"]["object"]["metadata"]["annotations"]["x"] = "y".repeat(3 << 20).into();
        review["request"]["oldObject"] = review["request"]["object"].clone();
        review["request"]["operation"] = "UPDATE".into();
        let answer = stand.client().await.post("/validate", review.to_string().as_bytes()).await.unwrap();
        assert_eq!(answer.json()["response"]["allowed"], false);
    });
}

#[test]
fn malformed_reviews_are_refused_in_clear_words() {
    run(async {
        let stand = Stand::start(Setup::default()).await;
        let mut client = stand.client().await;
        let good = review("shop", "web").to_string();
        for (text, said) in [
            (String::new(), "no JSON value"),
            ("{".into(), "the text ends inside a value"),
            ("\u{0}\u{ff}".into(), "not JSON"),
            ("[".repeat(100_000), "nested deeper than 512 levels"),
            ("{\"a\":".repeat(100_000), "nested deeper than 512 levels"),
            (format!("[{}1]", "1,".repeat(2_000_000)), "more than 2000000 values"),
            (
                good.replace("admission.k8s.io/v1", "admission.k8s.io/v1beta1"),
                "only `admission.k8s.io/v1` is spoken",
            ),
            (good.replace("\"uid\"", "\"uuid\""), "`request.uid` must be a text"),
            (good.replace("CREATE", "create"), "`request.operation` must be"),
        ] {
            let answer = client.post("/validate", text.as_bytes()).await.unwrap();
            assert_eq!(answer.status, 400, "{}", answer.body);
            assert!(answer.body.contains(said), "{}", answer.body);
        }
        // A malformed object inside a well-formed review is for the policies.
        let mut odd = review("shop", "web");
        odd["request"]["object"] = serde_json::json!({"spec": [[["x"]]], "metadata": 7});
        assert_eq!(
            client.post("/validate", odd.to_string().as_bytes()).await.unwrap().json()["response"]["allowed"],
            true
        );
        client.send(b"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}").await.unwrap();
        assert_eq!(client.receive().await.unwrap().status, 415);
    });
}

#[test]
fn slow_clients_lose_their_connection() {
    run(async {
        let stand = Stand::start(Setup::default()).await;
        // No handshake at all.
        let mut silent = TcpStream::connect(stand.address.socket).await.unwrap();
        assert_eq!(silent.read(&mut [0; 1]).await.unwrap(), 0);
        // A head that never ends, a byte at a time.
        let mut slow = stand.client().await;
        slow.send(b"POST /validate HT").await.unwrap();
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            slow.send(b"T").await.unwrap();
        }
        assert!(slow.receive().await.is_err());
        // A body that never ends.
        let mut slow = stand.client().await;
        slow.send(b"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{").await.unwrap();
        let answer = slow.receive().await.unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (408, "the review did not arrive in time\n"));
        // Idle connections are kept longer than an API server keeps them, not for ever.
        let mut idle = stand.client().await;
        assert_eq!(idle.get("/healthz").await.unwrap().status, 200);
        tokio::time::sleep(Duration::from_secs(91)).await;
        assert_eq!(idle.get("/healthz").await.unwrap().status, 200);
        assert!(idle.receive().await.is_err());
        let metrics = stand.client().await.get("/metrics").await.unwrap().body;
        for line in ["rejected_total{reason=\"slow-handshake\"} 1", "rejected_total{reason=\"slow\"} 2"] {
            assert!(metrics.contains(line), "{metrics}");
        }
    });
}

#[test]
fn a_flood_of_connections_leaves_those_that_are_open() {
    run(async {
        let limits = ServerLimits { connections: 8, ..ServerLimits::default() };
        let stand = Stand::start(Setup { limits, ..Setup::default() }).await;
        let mut first = stand.client().await;
        let mut flood = Vec::new();
        for _ in 0..7 {
            flood.push(TcpStream::connect(stand.address.socket).await.unwrap());
        }
        tokio::task::yield_now().await;
        for _ in 0..50 {
            assert!(Client::open(&stand.address).await.is_err());
        }
        assert_eq!(first.post("/validate", &body("shop", "web")).await.unwrap().status, 200);
        let metrics = first.get("/metrics").await.unwrap().body;
        assert!(metrics.contains("rejected_total{reason=\"connections\"} 50"), "{metrics}");
        // Those that say nothing lose their place.
        for mut silent in flood {
            assert_eq!(silent.read(&mut [0; 1]).await.unwrap(), 0);
        }
        assert_eq!(stand.client().await.get("/healthz").await.unwrap().status, 200);
        // Garbage instead of a handshake.
        let mut garbage = TcpStream::connect(stand.address.socket).await.unwrap();
        garbage.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        _ = garbage.read_to_end(&mut answer).await;
        assert_eq!(first.get("/readyz").await.unwrap().status, 200);
    });
}

/// A policy that goes on until it is released; it says when it has begun.
struct Stuck {
    begun: tokio::sync::mpsc::UnboundedReceiver<()>,
    release: mpsc::Sender<()>,
}

fn stuck() -> (Arc<dyn Judge>, Stuck) {
    let (began, begun) = tokio::sync::mpsc::unbounded_channel();
    let (release, gate) = mpsc::channel();
    let gate = Mutex::new(gate);
    let judge = refuses("stuck", move |request| {
        if request.name == "loop" {
            began.send(()).unwrap();
            gate.lock().unwrap().recv().unwrap();
        }
        false
    });
    (judge, Stuck { begun, release })
}

#[test]
fn a_policy_that_loops_costs_its_time_and_no_more() {
    run(async {
        for (failure, default, allowed) in [
            (Failure::Refuse, Mode::Enforce, false),
            (Failure::Allow, Mode::Enforce, true),
            (Failure::Refuse, Mode::Warn, true),
            (Failure::Refuse, Mode::Audit, true),
        ] {
            let (judge, mut held) = stuck();
            let rules = Rules { modes: Modes { rules: vec![], default }, failure, ..Rules::default() };
            let limits = ServerLimits { workers: 2, ..ServerLimits::default() };
            let stand = Stand::start(Setup { rules, limits, judges: vec![judge], loaded: true }).await;
            let mut asked = Vec::new();
            for _ in 0..2 {
                let mut client = stand.client().await;
                asked.push(tokio::spawn(async move {
                    client.post("/validate?timeout=2s", &body("shop", "loop")).await.unwrap().json()
                }));
                held.begun.recv().await.unwrap();
            }
            // No worker is free, and none will be.
            let mut third = stand.client().await;
            let waits = tokio::spawn(async move {
                third.post("/validate?timeout=2s", &body("shop", "web")).await.unwrap().json()
            });
            settle().await;
            tokio::time::advance(Duration::from_millis(1700)).await;
            settle().await;
            assert!(asked.iter().all(|task| !task.is_finished()), "the margin is a tenth of the time");
            tokio::time::advance(Duration::from_millis(200)).await;
            for (task, said) in asked.into_iter().chain([waits]).zip([
                "longer than the time",
                "longer than the time",
                "no worker was free",
            ]) {
                let response = task.await.unwrap()["response"].clone();
                assert_eq!(response["allowed"], allowed, "{response}");
                let text = response.to_string();
                assert!(text.contains(said) && text.contains("could not be judged"), "{response}");
            }
            let reason = "every worker is held by a policy that does not end";
            assert_eq!(stand.server.unready(), [reason]);
            held.release.send(()).unwrap();
            held.release.send(()).unwrap();
            while !stand.server.unready().is_empty() {
                tokio::task::yield_now().await;
            }
            let mut client = stand.client().await;
            assert_eq!(
                client.post("/validate", &body("shop", "web")).await.unwrap().json()["response"]["allowed"],
                true
            );
            drop(client);
            let (_, events) = stand.stop().finish().await;
            let outcome = if allowed { "failed-open" } else { "failed-closed" };
            assert!(
                events.len() == 3 && events.iter().all(|event| event["outcome"] == outcome),
                "{events:?}"
            );
        }
    });
}

/// Lets everything run that can.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[test]
fn more_reviews_at_once_than_allowed_are_told_so() {
    run(async {
        let (judge, mut held) = stuck();
        let limits = ServerLimits { in_flight: 1, ..ServerLimits::default() };
        let stand = Stand::start(Setup { limits, judges: vec![judge], ..Setup::default() }).await;
        let mut client = stand.client().await;
        let asked =
            tokio::spawn(
                async move { client.post("/validate", &body("shop", "loop")).await.unwrap().status },
            );
        held.begun.recv().await.unwrap();
        let busy = stand.client().await.post("/validate", &body("shop", "web")).await.unwrap();
        assert_eq!((busy.status, busy.body.as_str()), (503, "too many reviews at once\n"));
        held.release.send(()).unwrap();
        assert_eq!(asked.await.unwrap(), 200);
    });
}

#[test]
fn large_reviews_share_a_bounded_room() {
    run(async {
        let limits = ServerLimits { held_bytes: 3 << 20, ..ServerLimits::default() };
        let stand = Stand::start(Setup { limits, ..Setup::default() }).await;
        let head = |length: usize| {
            format!(
                "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{{"
            )
        };
        let mut first = stand.client().await;
        first.send(head(2 << 20).as_bytes()).await.unwrap();
        settle().await;
        let mut second = stand.client().await;
        second.send(head(2 << 20).as_bytes()).await.unwrap();
        let answer = second.receive().await.unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (503, "too many large reviews at once\n"));
        assert_eq!(stand.client().await.post("/validate", &body("shop", "web")).await.unwrap().status, 200);
        // Whoever announces and does not send loses his place.
        assert_eq!(first.receive().await.unwrap().status, 408);
        let mut third = stand.client().await;
        third.send(head(2 << 20).as_bytes()).await.unwrap();
        assert_eq!(third.receive().await.unwrap().status, 408);
    });
}

#[test]
fn a_policy_that_panics_is_a_gap_and_the_others_are_judged() {
    run(async {
        let bad: Arc<dyn Judge> = Arc::new(Policy(
            "bad",
            |_: &seawall_policy::admission::Request<'_>, _: &Around<'_>| -> Decision { panic!("hunter2") },
        ));
        let rules = Rules {
            modes: Modes { rules: vec![], default: Mode::Enforce },
            failure: Failure::Allow,
            ..Rules::default()
        };
        let stand = Stand::start(Setup {
            rules,
            judges: vec![bad, refuses("no-db", |request| request.name == "db")],
            ..Setup::default()
        })
        .await;
        let mut client = stand.client().await;
        for _ in 0..20 {
            let open = client.post("/validate", &body("shop", "web")).await.unwrap().json();
            assert_eq!(open["response"]["allowed"], true);
            assert_eq!(open["response"]["warnings"][0], "bad: could not be judged: the policy crashed");
        }
        let refused = client.post("/validate", &body("shop", "db")).await.unwrap().json();
        assert_eq!(refused["response"]["status"]["message"], "no-db says no");
        drop(client);
        let (_, events) = stand.stop().finish().await;
        assert_eq!(
            events
                .iter()
                .filter(|event| event["policy"] == "bad" && event["outcome"] == "failed-open")
                .count(),
            21
        );
    });
}

#[test]
fn an_expired_certificate_makes_the_server_unready_and_another_one_cures_it() {
    run(async {
        let stand = Stand::start(Setup::default()).await;
        let mut client = stand.client().await;
        assert_eq!(client.get("/readyz").await.unwrap().status, 200);
        let later = NOW + 31 * 86_400;
        stand.clock.0.store(later, Ordering::SeqCst);
        let answer = client.get("/readyz").await.unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (503, "no certificate that is valid now\n"));
        assert_eq!(
            client.post("/validate", &body("shop", "web")).await.unwrap().status,
            200,
            "who is connected is served"
        );
        serve(&stand.certificates, &stand.authority.issue(&["localhost".into()], later, 30 * DAY).unwrap());
        assert_eq!(client.get("/readyz").await.unwrap().status, 200);
        let address = crate::client::Address { now: later, ..stand.address.clone() };
        assert_eq!(Client::open(&address).await.unwrap().get("/healthz").await.unwrap().status, 200);
    });
}

#[test]
fn the_clock_may_jump_while_a_review_is_judged() {
    run(async {
        let (judge, mut held) = stuck();
        let stand = Stand::start(Setup { judges: vec![judge], ..Setup::default() }).await;
        for jump in [NOW + 10 * 86_400, NOW - 1_800, NOW] {
            let mut client = stand.client().await;
            let asked = tokio::spawn(async move {
                client.post("/validate?timeout=10s", &body("shop", "loop")).await.unwrap().json()
            });
            held.begun.recv().await.unwrap();
            stand.clock.0.store(jump, Ordering::SeqCst);
            settle().await;
            assert!(!asked.is_finished());
            held.release.send(()).unwrap();
            assert_eq!(asked.await.unwrap()["response"]["allowed"], true);
            assert!(stand.server.unready().is_empty());
        }
        // Before the certificate holds nobody is told to come.
        stand.clock.0.store(NOW - 86_400, Ordering::SeqCst);
        assert_eq!(stand.server.unready(), ["no certificate that is valid now"]);
    });
}

#[test]
fn ten_thousand_policies_are_judged() {
    run(async {
        let names: Vec<&'static str> =
            (0..10_000).map(|number| &*format!("policy-{number}").leak()).collect();
        let judges = names.iter().map(|name| refuses(name, |_| true)).collect();
        let stand = Stand::start(Setup { judges, ..Setup::default() }).await;
        let mut client = stand.client().await;
        for _ in 0..3 {
            let refused = client.post("/validate", &body("shop", "web")).await.unwrap().json();
            let message = refused["response"]["status"]["message"].as_str().unwrap().to_owned();
            assert!(
                message.starts_with("policy-0 says no; policy-1 says no")
                    && message.ends_with("and 9990 more"),
                "{message}"
            );
        }
        let metrics = client.get("/metrics").await.unwrap().body;
        assert!(
            metrics
                .contains("decisions_total{policy=\"policy-9999\",mode=\"enforce\",outcome=\"refused\"} 3")
        );
        drop(client);
        let (finished, events) = stand.stop().finish().await;
        // The queue is bounded: what did not fit is counted, and told.
        let told: u64 = events
            .iter()
            .filter(|event| event["event"] == "dropped")
            .map(|event| event["count"].as_u64().unwrap())
            .sum();
        let lines = events.iter().filter(|event| event["event"] == "admission").count() as u64;
        assert!(finished && lines <= 30_000 && lines + told <= 30_000, "{lines} {told}");
        assert!(metrics.contains("seawall_admission_events_dropped_total"));
    });
}
