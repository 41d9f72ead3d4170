//! The server as a process of its own, which can be killed: this test binary, run again.
//!
//! Beside it: what a server does with ten thousand policies.
#![allow(clippy::print_stdout, reason = "a process tells the test that started it what it does")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use seawall_core::{Origin, OriginKind};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_policy::vap::PolicySet;
use seawall_server::{
    CertificateSource, Desk, Events, Loaded, Metrics, Mode, Modes, Policies, Rules, Run, ServerLimits,
    SystemClock,
};
use seawall_yaml::{Limits, json::read_json_bytes};
use serde_json::{Value, json};

use crate::client::{Address, Client};
use crate::stand::{body, refuses, review};

/// The test that serves in a process that is started for it.
const SERVES: &str = "process::a_server_that_is_killed_in_a_burst_comes_back_with_the_same_certificates";

/// The folder of certificates and the number of policies.
const FOLDER: &str = "SEAWALL_TEST_SERVE";
const POLICIES: &str = "SEAWALL_TEST_POLICIES";

/// A running server.
struct Process {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(folder: &Path, policies: usize) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", SERVES, "--nocapture"])
            .env(FOLDER, folder)
            .env(POLICIES, policies.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Process { child, lines }
    }

    /// Waits until it says a line that begins so; gives the rest of it.
    fn says(&mut self, begin: &str) -> String {
        self.lines
            .find_map(|line| Some(line.ok()?.strip_prefix(begin)?.to_owned()))
            .expect("it goes on until it is killed")
    }

    /// As `kill -9`.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have been killed already.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// How to reach a process, trusting the bundle that lies in a folder now.
fn address(folder: &Path, socket: &str) -> Address {
    use rustls::pki_types::{CertificateDer, pem::PemObject as _};
    let bundle = std::fs::read(folder.join("ca.crt")).unwrap();
    let roots = CertificateDer::pem_slice_iter(&bundle).map(|der| der.unwrap().to_vec()).collect();
    Address {
        socket: socket.parse().unwrap(),
        name: "localhost".into(),
        roots,
        now: seawall_server::Clock::now(&SystemClock),
    }
}

/// Policies of which only the first ten speak about pods; the first one refuses every name that ends in `db`.
fn policies(count: usize) -> (PolicySet, Inventory) {
    let mut builder = InventoryBuilder::new();
    for number in 0..count {
        let (group, resource) = if number < 10 {
            ("", "pods".to_owned())
        } else {
            ("shop.example", format!("r{}", number % 100))
        };
        let expression =
            if number == 0 { "!object.metadata.name.endsWith('db')" } else { "has(object.spec)" };
        let named = |kind: &str, spec: Value| json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": format!("policy-{number}")}, "spec": spec});
        for object in [
            named(
                "ValidatingAdmissionPolicy",
                json!({
                    "matchConstraints": {"resourceRules": [{"apiGroups": [group], "apiVersions": ["v1"], "operations": ["*"], "resources": [resource]}]},
                    "validations": [{"expression": expression, "message": format!("policy {number} says no")}],
                }),
            ),
            named(
                "ValidatingAdmissionPolicyBinding",
                json!({"policyName": format!("policy-{number}"), "validationActions": ["Deny"]}),
            ),
        ] {
            let (tree, _) = read_json_bytes(object.to_string().as_bytes(), &Limits::default());
            let tree = Arc::new(tree.unwrap());
            let origin = Origin { file: "policies".into(), document: 0, line: 1, kind: OriginKind::File };
            let root = tree.root().id();
            builder.push(Resource::new(tree, root, origin, None).unwrap());
        }
    }
    let inventory = builder.build();
    let (set, problems) = PolicySet::read(&inventory);
    assert!(problems.is_empty() && set.len() == count, "{problems:?}");
    (set, inventory)
}

/// Serves until it is killed, when this process was started for that; else it is `false` at once.
fn serves_when_asked() -> bool {
    let Some(folder) = std::env::var_os(FOLDER) else { return false };
    let count: usize = std::env::var_os(POLICIES).unwrap().to_str().unwrap().parse().unwrap();
    let metrics = Arc::new(Metrics::default());
    let rules = Rules { modes: Modes { rules: Vec::new(), default: Mode::Enforce }, ..Rules::default() };
    let desk = Desk::new(rules, Arc::new(SystemClock), Arc::clone(&metrics), Events::none());
    let run = Run {
        desk: Arc::new(desk),
        listen: "127.0.0.1:0".parse().unwrap(),
        certificates: CertificateSource::Directory { path: folder.into(), names: vec!["localhost".into()] },
        lifetimes: seawall_server::tls::Lifetimes::default(),
        limits: ServerLimits::default(),
    };
    let load = move |desk: &Desk| {
        if count > 0 {
            let (set, texts) = policies(count);
            desk.set_judges(vec![Arc::new(Policies::new(set, texts, Vec::new()).timed(&metrics))]);
        } else {
            desk.set_judges(vec![refuses("no-db", |request| request.name.ends_with("db"))]);
        }
        Ok(Loaded::Whole)
    };
    let say = |what: &str| {
        // The harness of tests begins the line.
        println!("\n{what}");
        std::io::stdout().flush().unwrap();
    };
    run.run(load, say).unwrap();
    true
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Reviews one after the other on one connection until it breaks: how many were answered. Every answer is whole and right.
async fn ask_until_it_breaks(
    address: Address,
    first: usize,
    answered: tokio::sync::mpsc::UnboundedSender<()>,
) {
    let Ok(mut client) = Client::open(&address).await else { return };
    for number in first.. {
        let name = if number % 2 == 0 { format!("web-{number}") } else { format!("web-{number}-db") };
        let Ok(response) = client.post("/validate", &body("shop", &name)).await else { return };
        let json = response.json();
        assert_eq!(json["response"]["allowed"], number % 2 == 0, "{json}");
        assert_eq!(json["response"]["uid"], review("shop", "web")["request"]["uid"]);
        if answered.send(()).is_err() {
            return;
        }
    }
}

#[test]
fn a_server_that_is_killed_in_a_burst_comes_back_with_the_same_certificates() {
    if serves_when_asked() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut trusted: Option<Vec<Vec<u8>>> = None;
    for round in 0..4 {
        // Killed before it is listening, wherever it is by then: nothing half written may stay.
        Process::start(folder.path(), 0).kill();
        let mut process = Process::start(folder.path(), 0);
        let socket = process.says("listening on ");
        process.says("ready");
        let address = address(folder.path(), &socket);
        // Whoever took the bundle at the first start can still connect.
        let roots = trusted.get_or_insert_with(|| address.roots.clone());
        assert_eq!(roots, &address.roots, "round {round}");
        runtime().block_on(async {
            let (answered, mut answers) = tokio::sync::mpsc::unbounded_channel();
            let burst: Vec<_> = (0..16)
                .map(|client| tokio::spawn(ask_until_it_breaks(address.clone(), client, answered.clone())))
                .collect();
            drop(answered);
            for _ in 0..200 {
                answers.recv().await.expect("the server answers until it is killed");
            }
            process.kill();
            for client in burst {
                // A wrong answer or half of one would be a panic.
                client.await.unwrap();
            }
        });
    }
}

#[test]
fn ten_thousand_policies_are_loaded_and_cost_a_review_nothing_that_they_do_not_speak_about() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), 10_000);
    let socket = process.says("listening on ");
    process.says("ready");
    let address = address(folder.path(), &socket);
    runtime().block_on(async {
        let mut client = Client::open(&address).await.unwrap();
        assert_eq!(client.get("/readyz").await.unwrap().body, "ready\n");
        for _ in 0..3 {
            let allowed = client.post("/validate", &body("shop", "web")).await.unwrap().json();
            assert_eq!(allowed["response"]["allowed"], true);
            let refused = client.post("/validate", &body("shop", "db")).await.unwrap().json();
            let message = refused["response"]["status"]["message"].as_str().unwrap();
            assert!(message.ends_with("denied request: policy 0 says no"), "{message}");
        }
        let mut custom = review("shop", "web");
        custom["request"]["resource"] = json!({"group": "shop.example", "version": "v1", "resource": "r42"});
        custom["request"]["kind"] = json!({"group": "shop.example", "version": "v1", "kind": "R"});
        custom["request"]["object"] =
            json!({"apiVersion": "shop.example/v1", "kind": "R", "metadata": {"name": "web"}});
        let refused = client.post("/validate", custom.to_string().as_bytes()).await.unwrap().json();
        let message = refused["response"]["status"]["message"].as_str().unwrap();
        assert!(message.contains("policy 142 says no") && message.ends_with("and 90 more"), "{message}");
        // Exactly the policies that speak about what came were run.
        let metrics = client.get("/metrics").await.unwrap().body;
        let counted: Vec<&str> = metrics
            .lines()
            .filter_map(|line| {
                line.strip_prefix(
                    "seawall_admission_policy_duration_seconds_count{policy=\"admission-policy/policy-",
                )
            })
            .collect();
        let of_pods = counted.iter().filter(|line| line.ends_with("\"} 6")).count();
        let of_custom = counted.iter().filter(|line| line.contains("42\"} 1")).count();
        assert_eq!((of_pods, of_custom, counted.len()), (10, 100, 110), "{counted:?}");
    });
}
