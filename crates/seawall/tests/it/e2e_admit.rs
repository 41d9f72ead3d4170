//! The webhook in front of a real API server, when `SEAWALL_E2E_KUBECONFIG` names a kubeconfig that may do everything. The
//! server runs with the rights that the chart gives it and no others. It must be reachable on the loopback address from the
//! API server.
#![cfg(all(feature = "admit", feature = "write", unix))]
#![allow(clippy::print_stderr, reason = "what was skipped, and how much was asked, is told")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const CHART: &str = include_str!("../data/chart.yaml");
/// The namespace of the chart.
const OWN: &str = "guard";
/// Where the check is enforced, and nothing happens while the server is down.
const SHOP: &str = "seawall-e2e-shop";
/// Where it warns.
const TRIAL: &str = "seawall-e2e-trial";

const CONFIG: &str = "admission:
  select: [pod-privileged]
  exempt: {ownNamespace: guard}
  podSecurity: {enabled: false}
  certificates: {authority: 60s, certificate: 9s, overlap: 4s, every: 2s}
  limits: {lameDuckSeconds: 0}
  defaults:
    - {namespaces: [seawall-e2e-shop], apply: [recommended]}
  rules:
    - {policies: [pod-privileged, defaults], namespaces: [seawall-e2e-shop], mode: enforce}
    - {policies: [pod-privileged], namespaces: [seawall-e2e-trial], mode: warn}
";

struct Kubectl(PathBuf);

struct Said {
    done: bool,
    out: String,
    err: String,
}

impl Kubectl {
    fn from_env() -> Option<Self> {
        #[allow(clippy::disallowed_methods, reason = "the only way to say where the cluster is")]
        let path = std::env::var_os("SEAWALL_E2E_KUBECONFIG");
        if path.is_none() {
            eprintln!("skipped: SEAWALL_E2E_KUBECONFIG names no kubeconfig");
        }
        path.map(|path| Kubectl(path.into()))
    }

    fn run(&self, args: &[&str], input: &str) -> Said {
        let mut child = Command::new("kubectl")
            .arg("--kubeconfig")
            .arg(&self.0)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("`kubectl` must be on the PATH");
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Said { done: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn must(&self, args: &[&str], input: &str) -> String {
        let said = self.run(args, input);
        assert!(said.done, "kubectl {args:?}: {}", said.err);
        said.out
    }

    /// Creates a pod, in earnest or not.
    fn pod(&self, namespace: &str, name: &str, privileged: bool, more: &[&str]) -> Said {
        let container = json!({"name": "web", "image": "registry.example/web:1", "securityContext": {"privileged": privileged}});
        let spec = json!({"containers": [container], "automountServiceAccountToken": false});
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace}, "spec": spec});
        self.run(&[&["create", "-f", "-"], more].concat(), &pod.to_string())
    }

    fn secret(&self) -> Value {
        serde_json::from_str(&self.must(&["get", "secret", "seawall-tls", "-n", OWN, "-o", "json"], ""))
            .unwrap()
    }
}

/// Everything that a run leaves behind.
struct Traces<'k>(&'k Kubectl);

impl Drop for Traces<'_> {
    fn drop(&mut self) {
        let hooks =
            "validatingwebhookconfiguration/seawall-validate,mutatingwebhookconfiguration/seawall-mutate";
        for kinds in hooks.split(',') {
            self.0.run(&["delete", kinds, "--ignore-not-found"], "");
        }
        for namespace in [SHOP, TRIAL, OWN] {
            let all = ["pods,configmaps,secrets,services,serviceaccounts,roles,rolebindings", "--all"];
            self.0.run(&[&["delete", "-n", namespace, "--force"], &all[..]].concat(), "");
            self.0.run(&["delete", "namespace", namespace, "--ignore-not-found", "--wait=false"], "");
        }
        self.0.run(&["delete", "clusterrole,clusterrolebinding", "seawall", "--ignore-not-found"], "");
    }
}

/// `seawall admit serve` as a process.
struct Server {
    child: Child,
    lines: Receiver<String>,
    port: u16,
}

impl Server {
    fn start(folder: &Path, port: u16) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_seawall"))
            .args(["admit", "serve", "--config", "seawall.yaml", "--inventory", "cluster"])
            .args(["--tls-secret", "seawall-tls", "--service", "seawall", "--dns-name", "seawall.guard.svc"])
            .args(["--events", "events.jsonl", "--listen"])
            .arg(format!("127.0.0.1:{port}"))
            .current_dir(folder)
            .env_clear()
            .env("KUBECONFIG", folder.join("kubeconfig"))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).for_each(|line| _ = send.send(line)));
        let mut server = Server { child, lines, port };
        let listening = server.line("listening on ");
        server.port = listening.rsplit_once(':').unwrap().1.trim_end_matches(['"', '}']).parse().unwrap();
        server.line("\"ready\"");
        server
    }

    /// Waits for a line.
    fn line(&self, part: &str) -> String {
        let until = Instant::now() + Duration::from_secs(60);
        let mut before = String::new();
        while let Ok(line) = self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if line.contains(part) {
                return line;
            }
            before = before + &line + "\n";
        }
        panic!("no `{part}` in\n{before}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been killed on purpose.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// The documents of the chart that give rights, without what a cluster without nodes cannot run.
fn rights() -> String {
    let kinds = ["ServiceAccount", "Secret", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"];
    let of = |document: &&str| kinds.iter().any(|kind| document.contains(&format!("\nkind: {kind}\n")));
    CHART.split("\n---\n").filter(of).collect::<Vec<_>>().join("\n---\n")
}

/// A kubeconfig for the service account of the chart.
fn as_service_account(kubectl: &Kubectl) -> String {
    let token = kubectl.must(&["create", "token", "seawall", "-n", OWN], "");
    let mut config: Value = serde_json::from_str(
        &kubectl.must(&["config", "view", "--raw", "--minify", "--flatten", "-o", "json"], ""),
    )
    .unwrap();
    for user in config["users"].as_array_mut().unwrap() {
        user["user"] = json!({"token": token.trim()});
    }
    config.to_string()
}

fn register(kubectl: &Kubectl, folder: &Path, port: u16) {
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "seawall", "namespace": OWN},
        "spec": {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": port}]}});
    kubectl.must(&["apply", "-f", "-"], &service.to_string());
    let port = port.to_string();
    let printed = crate::seawall_in(folder, &["admit", "manifests", "--port", &port], b"");
    assert_eq!(printed.code, 0, "{}", printed.err);
    kubectl.must(&["apply", "--server-side", "-f", "-"], &printed.out);
    for (place, configuration) in [
        (0, "validatingwebhookconfiguration/seawall-validate"),
        (1, "validatingwebhookconfiguration/seawall-validate"),
        (0, "mutatingwebhookconfiguration/seawall-mutate"),
        (1, "mutatingwebhookconfiguration/seawall-mutate"),
    ] {
        let trusted = format!("--for=jsonpath={{.webhooks[{place}].clientConfig.caBundle}}");
        kubectl.must(&["wait", "--timeout=60s", &trusted, configuration], "");
    }
    // The API server asks a new webhook when it has heard of it.
    let until = Instant::now() + Duration::from_secs(60);
    while kubectl.pod(SHOP, "probe", true, &["--dry-run=server"]).done {
        assert!(Instant::now() < until, "the API server does not ask");
    }
}

#[test]
fn an_api_server_asks_and_obeys() {
    let Some(kubectl) = Kubectl::from_env() else { return };
    let _traces = Traces(&kubectl);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (namespace, label) in [(OWN, ""), (TRIAL, ""), (SHOP, "admission.seawall.dev/enforce: \"true\"")] {
        let manifest = format!(
            "apiVersion: v1\nkind: Namespace\nmetadata: {{name: {namespace}, labels: {{{label}}}}}\n"
        );
        kubectl.must(&["apply", "-f", "-"], &manifest);
    }
    kubectl.must(&["apply", "-f", "-"], &rights());
    std::fs::write(folder.join("seawall.yaml"), CONFIG).unwrap();
    std::fs::write(folder.join("kubeconfig"), as_service_account(&kubectl)).unwrap();
    let server = Server::start(folder, 0);
    register(&kubectl, folder, server.port);

    verdicts(&kubectl);
    changes(&kubectl);
    rotation(&kubectl);
    let port = server.port;
    drop(server);
    outage(&kubectl);
    let _server = Server::start(folder, port);
    let denied = kubectl.pod(SHOP, "again", true, &[]);
    assert!(!denied.done && denied.err.contains("pod-privileged: "), "{}", denied.err);
    let events = std::fs::read_to_string(folder.join("events.jsonl")).unwrap();
    assert!(events.contains("pod-privileged") && events.contains(SHOP), "{events}");
}

/// Allowed, refused, warned, noted.
fn verdicts(kubectl: &Kubectl) {
    let allowed = kubectl.pod(SHOP, "plain", false, &[]);
    assert!(allowed.done && allowed.err.is_empty(), "{}", allowed.err);
    let denied = kubectl.pod(SHOP, "bad", true, &[]);
    let message = "admission webhook \"enforce.admission.seawall.dev\" denied the request: pod-privileged: ";
    assert!(!denied.done && denied.err.contains(message), "{}", denied.err);
    let warned = kubectl.pod(TRIAL, "bad", true, &[]);
    assert!(warned.done && warned.err.contains("Warning: pod-privileged: "), "{}", warned.err);
    let noted = kubectl.pod("default", "seawall-e2e-noted", true, &["--dry-run=server"]);
    assert!(noted.done && noted.err.is_empty(), "{}", noted.err);
    let exempt = kubectl.pod("kube-system", "seawall-e2e-exempt", true, &["--dry-run=server"]);
    assert!(exempt.done && exempt.err.is_empty(), "{}", exempt.err);
}

/// What nobody set is set where the configuration says so, once, and nowhere else.
fn changes(kubectl: &Kubectl) {
    let seccomp = |namespace: &str, name: &str| {
        let made = kubectl.pod(namespace, name, false, &["-o", "json"]);
        assert!(made.done, "{}", made.err);
        let pod: Value = serde_json::from_str(&made.out).unwrap();
        pod["spec"]["securityContext"]["seccompProfile"]["type"].clone()
    };
    assert_eq!(seccomp(SHOP, "hardened"), "RuntimeDefault");
    assert_eq!(seccomp(TRIAL, "as-it-was"), Value::Null);
}

/// While authorities come and go, every request is answered by the server: each is refused for the right reason.
fn rotation(kubectl: &Kubectl) {
    let mut authorities = BTreeSet::new();
    let mut asked = 0;
    let until = Instant::now() + Duration::from_secs(120);
    while authorities.len() < 4 {
        for _ in 0..10 {
            let denied = kubectl.pod(SHOP, "busy", true, &["--dry-run=server"]);
            assert!(
                !denied.done && denied.err.contains("denied the request: pod-privileged"),
                "{}",
                denied.err
            );
            asked += 1;
        }
        authorities.insert(kubectl.secret()["data"]["ca-current.crt"].as_str().unwrap().to_owned());
        assert!(Instant::now() < until, "{} authorities only", authorities.len());
    }
    eprintln!("{asked} requests under {} authorities, none unanswered", authorities.len());
    // What the chart said of the Secret is still there.
    assert_eq!(kubectl.secret()["metadata"]["labels"]["app.kubernetes.io/managed-by"], "Helm");
}

/// Nobody answers.
fn outage(kubectl: &Kubectl) {
    let refused = kubectl.pod(SHOP, "late", false, &[]);
    assert!(!refused.done && refused.err.contains("failed calling webhook"), "{}", refused.err);
    let elsewhere = kubectl.pod(TRIAL, "late", true, &[]);
    assert!(elsewhere.done, "{}", elsewhere.err);
    // What a cluster needs to heal itself goes on, in that namespace, too.
    let lease = json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "l", "namespace": SHOP}, "spec": {"holderIdentity": "x"}});
    kubectl.must(&["create", "--dry-run=server", "-f", "-"], &lease.to_string());
    kubectl.must(&["delete", "--dry-run=server", "validatingwebhookconfiguration/seawall-validate"], "");
}
