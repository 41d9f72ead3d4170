//! A stand-in API server whose objects change: discovery, lists and watches that stay open.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Group, kind, plural name, and whether its objects have a namespace.
const KINDS: [(&str, &str, &str, bool); 10] = [
    ("", "Namespace", "namespaces", false),
    ("", "ServiceAccount", "serviceaccounts", true),
    ("", "ConfigMap", "configmaps", true),
    ("", "Pod", "pods", true),
    ("rbac.authorization.k8s.io", "ClusterRole", "clusterroles", false),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings", false),
    ("rbac.authorization.k8s.io", "Role", "roles", true),
    ("rbac.authorization.k8s.io", "RoleBinding", "rolebindings", true),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", false),
    (
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
        false,
    ),
];

/// What the server holds, and how it behaves.
#[derive(Default)]
struct State {
    version: u64,
    /// By the kind's path, then by namespace and name.
    objects: BTreeMap<String, BTreeMap<(String, String), Value>>,
    /// Every change: version, path, the event.
    log: Vec<(u64, String, String)>,
    /// Paths that are answered with this status.
    denied: BTreeMap<String, u16>,
    /// What is answered at some paths.
    fixed: BTreeMap<String, Value>,
    /// Nothing is answered, and open answers end.
    down: bool,
    seen: Vec<String>,
}

/// A running stand-in.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
    changed: watch::Sender<u64>,
}

/// As the API server writes it: the type comes first.
fn event(kind: &str, object: &Value) -> String {
    format!("{{\"type\":\"{kind}\",\"object\":{object}}}\n")
}

fn path_of(object: &Value) -> String {
    let version = object["apiVersion"].as_str().unwrap();
    let root = if version.contains('/') { "apis" } else { "api" };
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let kind =
        KINDS.iter().find(|row| row.0 == group && row.1 == object["kind"]).expect("a kind of the table");
    format!("/{root}/{version}/{}", kind.2)
}

impl Api {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let api = Api { url, state: Arc::default(), changed: watch::Sender::new(0) };
        let serving = api.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        api
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let done = work(&mut self.state.lock().unwrap());
        self.changed.send_modify(|count| *count += 1);
        done
    }

    /// Creates or changes an object.
    pub(crate) fn put(&self, object: &Value) {
        let path = path_of(object);
        self.with(|state| {
            state.version += 1;
            let mut object = object.clone();
            object["metadata"]["resourceVersion"] = state.version.to_string().into();
            let text = |key: &str| object["metadata"][key].as_str().unwrap_or("").to_owned();
            let before = state
                .objects
                .entry(path.clone())
                .or_default()
                .insert((text("namespace"), text("name")), object.clone());
            let kind = if before.is_some() { "MODIFIED" } else { "ADDED" };
            state.log.push((state.version, path, event(kind, &object)));
        });
    }

    pub(crate) fn delete(&self, object: &Value) {
        let path = path_of(object);
        self.with(|state| {
            state.version += 1;
            let text = |key: &str| object["metadata"][key].as_str().unwrap_or("").to_owned();
            let gone =
                state.objects.get_mut(&path).and_then(|all| all.remove(&(text("namespace"), text("name"))));
            let mut gone = gone.expect("there is such an object");
            gone["metadata"]["resourceVersion"] = state.version.to_string().into();
            state.log.push((state.version, path, event("DELETED", &gone)));
        });
    }

    /// Answers a path with a status, or properly again.
    pub(crate) fn deny(&self, path: &str, status: Option<u16>) {
        self.with(|state| match status {
            Some(status) => _ = state.denied.insert(path.to_owned(), status),
            None => _ = state.denied.remove(path),
        });
    }

    /// Answers a path with this.
    pub(crate) fn fix(&self, path: &str, body: Value) {
        self.with(|state| _ = state.fixed.insert(path.to_owned(), body));
    }

    /// Goes away, or comes back.
    pub(crate) fn set_down(&self, down: bool) {
        self.with(|state| state.down = down);
    }

    /// The paths that were asked for, without their queries.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.with(|state| state.seen.clone())
    }

    async fn serve(self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if stream.read_line(&mut head).await.unwrap_or(0) == 0 {
                    return;
                }
            }
            let target = head.split(' ').nth(1).unwrap_or("").to_owned();
            let (path, query) = target.split_once('?').unwrap_or((&target, ""));
            if self.with(|state| {
                state.seen.push(path.to_owned());
                state.down
            }) {
                return;
            }
            let denied = self.with(|state| state.denied.get(path).copied());
            if query.contains("watch=1") && denied.is_none() {
                let from = query.split("resourceVersion=").nth(1).unwrap().parse().unwrap();
                return self.watch(stream, path, from).await;
            }
            let (status, body) = match denied {
                Some(status) => {
                    (status, json!({"kind": "Status", "reason": "Denied", "message": "not for you"}))
                }
                None => match self.with(|state| state.fixed.get(path).cloned()) {
                    Some(body) => (200, body),
                    None => self.answer(path),
                },
            };
            let body = body.to_string();
            let head = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            if stream.write_all((head + &body).as_bytes()).await.is_err() {
                return;
            }
        }
    }

    /// Sends what changed after a version, and what changes, until somebody ends it.
    async fn watch(&self, mut stream: BufReader<TcpStream>, path: &str, mut from: u64) {
        let mut changed = self.changed.subscribe();
        let head = "HTTP/1.1 200 X\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
        if stream.write_all(head.as_bytes()).await.is_err() {
            return;
        }
        loop {
            changed.mark_unchanged();
            let (events, down) = {
                let state = self.state.lock().unwrap();
                let new = state.log.iter().filter(|(version, of, _)| *version > from && of == path);
                let events: String = new.map(|(_, _, event)| event.as_str()).collect();
                from = state.version.max(from);
                (events, state.down)
            };
            if down {
                return;
            }
            if !events.is_empty() {
                let chunk = format!("{:x}\r\n{events}\r\n", events.len());
                if stream.write_all(chunk.as_bytes()).await.is_err() {
                    return;
                }
            }
            if changed.changed().await.is_err() {
                return;
            }
        }
    }

    fn answer(&self, path: &str) -> (u16, Value) {
        match path {
            "/version" => return (200, json!({"major": "1", "minor": "36", "gitVersion": "v1.36.2"})),
            "/api" => return (200, discovery(true)),
            "/apis" => return (200, discovery(false)),
            _ => {}
        }
        self.with(|state| {
            let items: Vec<&Value> = state.objects.get(path).into_iter().flat_map(BTreeMap::values).collect();
            (200, json!({"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": state.version.to_string()}, "items": items}))
        })
    }
}

fn discovery(core: bool) -> Value {
    let mut groups: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (group, kind, plural, namespaced) in KINDS.iter().filter(|row| row.0.is_empty() == core) {
        groups.entry(group).or_default().push(json!({
            "resource": plural, "responseKind": {"group": group, "version": "v1", "kind": kind},
            "scope": if *namespaced { "Namespaced" } else { "Cluster" }, "verbs": ["get", "list", "watch"],
        }));
    }
    let item = |(group, resources)| json!({"metadata": {"name": group}, "versions": [{"version": "v1", "freshness": "Current", "resources": resources}]});
    let items: Vec<Value> = groups.into_iter().map(item).collect();
    json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "items": items})
}
