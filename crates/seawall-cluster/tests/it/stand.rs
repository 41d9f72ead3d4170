//! A stand-in API server: discovery, lists with paging, and whatever a test wants to go wrong.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use serde_json::{Value, json};

/// One kind of the stand-in's cluster.
#[derive(Clone)]
pub(crate) struct Kind {
    pub(crate) group: &'static str,
    pub(crate) version: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) plural: &'static str,
    pub(crate) namespaced: bool,
    /// Whether items say apiVersion and kind: those of custom resources do, built-in ones do not.
    pub(crate) stated: bool,
    pub(crate) items: Vec<Value>,
}

impl Kind {
    pub(crate) fn new(
        group: &'static str,
        kind: &'static str,
        plural: &'static str,
        items: Vec<Value>,
    ) -> Self {
        Kind { group, version: "v1", kind, plural, namespaced: true, stated: false, items }
    }

    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }
}

/// An answer.
pub(crate) enum Reply {
    Json(u16, Value),
    Text(u16, &'static str, String),
    /// A status with a Retry-After.
    Later(u16, &'static str),
    /// The beginning of an answer that promises more.
    Broken(String),
    /// Nothing, until the stand-in goes.
    Silence,
}

pub(crate) fn status(code: u16, reason: &str, message: &str) -> Reply {
    Reply::Json(
        code,
        json!({"kind":"Status","apiVersion":"v1","status":"Failure","reason":reason,"message":message,"code":code}),
    )
}

/// Path with query, and how many requests for this path (without query) there were before.
pub(crate) type Fault = Box<dyn Fn(&str, usize) -> Option<Reply> + Send + Sync>;

struct Shared {
    kinds: Vec<Kind>,
    aggregated: bool,
    fault: Fault,
    seen: Mutex<Vec<String>>,
    over: AtomicBool,
    gone: (Mutex<bool>, Condvar),
}

/// A running stand-in; it stops when dropped.
pub(crate) struct Stand {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Stand {
    pub(crate) fn new(kinds: Vec<Kind>) -> Self {
        Self::start(kinds, true, Box::new(|_, _| None))
    }

    pub(crate) fn faulty(
        kinds: Vec<Kind>,
        fault: impl Fn(&str, usize) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        Self::start(kinds, true, Box::new(fault))
    }

    pub(crate) fn start(kinds: Vec<Kind>, aggregated: bool, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            kinds,
            aggregated,
            fault,
            seen: Mutex::default(),
            over: AtomicBool::new(false),
            gone: (Mutex::new(false), Condvar::new()),
        });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.over.load(Ordering::SeqCst) {
                    return;
                }
                let (stream, serving) = (stream.unwrap(), Arc::clone(&serving));
                std::thread::spawn(move || serving.serve(stream));
            }
        });
        Stand { address, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far, path and query.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.shared.seen.lock().unwrap().clone()
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        *self.shared.gone.0.lock().unwrap() = true;
        self.shared.gone.1.notify_all();
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            let method = line.split(' ').next().unwrap_or("").to_owned();
            let target = line.split(' ').nth(1).unwrap_or("").to_owned();
            let mut accept = String::new();
            let mut length = 0;
            loop {
                let mut header = String::new();
                if reader.read_line(&mut header).unwrap_or(0) == 0 {
                    return;
                }
                let header = header.to_ascii_lowercase();
                if let Some(value) = header.strip_prefix("accept:") {
                    accept = value.trim().to_owned();
                }
                if let Some(value) = header.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if header.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            // What is written is seen with its method and its body.
            let target = if method == "GET" {
                target
            } else {
                format!("{method} {target} {}", String::from_utf8(body).unwrap())
            };
            let path = target.split('?').next().unwrap_or("").to_owned();
            let before = {
                let mut seen = self.seen.lock().unwrap();
                let before = seen.iter().filter(|other| other.split('?').next() == Some(&path)).count();
                seen.push(target.clone());
                before
            };
            let reply = (self.fault)(&target, before).unwrap_or_else(|| self.reply(&target, &accept));
            if !send(&mut stream, reply, &self.gone) {
                return;
            }
        }
    }

    fn reply(&self, target: &str, accept: &str) -> Reply {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let aggregated = self.aggregated && accept.contains("apigroupdiscoverylist");
        match path {
            "/version" => {
                return Reply::Json(200, json!({"major":"1","minor":"36+","gitVersion":"v1.36.2"}));
            }
            "/api" | "/apis" if aggregated => return Reply::Json(200, self.aggregated(path == "/api")),
            "/api" => return Reply::Json(200, json!({"kind":"APIVersions","versions":["v1"]})),
            "/apis" => return Reply::Json(200, self.groups()),
            _ => {}
        }
        for kind in &self.kinds {
            let root = if kind.group.is_empty() { "/api/" } else { "/apis/" };
            let root = format!("{root}{}", kind.api_version());
            if path == root {
                return Reply::Json(200, self.resources(kind.group, kind.version));
            }
            let Some(rest) = path.strip_prefix(&format!("{root}/")) else { continue };
            if rest == kind.plural {
                return list(kind, query, accept, None);
            }
            if let Some(namespace) = rest
                .strip_prefix("namespaces/")
                .and_then(|rest| rest.strip_suffix(&format!("/{}", kind.plural)))
            {
                return list(kind, query, accept, Some(namespace));
            }
        }
        status(404, "NotFound", "the server could not find the requested resource")
    }

    fn by_group(&self) -> BTreeMap<&str, Vec<&Kind>> {
        let mut groups: BTreeMap<&str, Vec<&Kind>> = BTreeMap::new();
        for kind in &self.kinds {
            groups.entry(kind.group).or_default().push(kind);
        }
        groups
    }

    fn aggregated(&self, core: bool) -> Value {
        let groups = self.by_group().into_iter().filter(|(group, _)| group.is_empty() == core);
        let items: Vec<Value> = groups
            .map(|(group, kinds)| {
                let resources: Vec<Value> = kinds
                    .iter()
                    .map(|kind| {
                        json!({
                            "resource": kind.plural,
                            "responseKind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
                            "scope": if kind.namespaced { "Namespaced" } else { "Cluster" },
                            "verbs": ["get", "list", "watch"],
                            "subresources": [{"subresource": "status", "verbs": ["get"]}],
                        })
                    })
                    .chain([json!({"resource": "creatables", "responseKind": {"kind": "Creatable"}, "scope": "Cluster", "verbs": ["create"]})])
                    .collect();
                json!({"metadata": {"name": group}, "versions": [{"version": kinds[0].version, "freshness": "Current", "resources": resources}]})
            })
            .collect();
        json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "items": items})
    }

    fn groups(&self) -> Value {
        let groups: Vec<Value> = self
            .by_group()
            .into_iter()
            .filter(|(group, _)| !group.is_empty())
            .map(|(group, kinds)| {
                let version = json!({"groupVersion": kinds[0].api_version(), "version": kinds[0].version});
                json!({"name": group, "versions": [version], "preferredVersion": version})
            })
            .collect();
        json!({"kind": "APIGroupList", "groups": groups})
    }

    fn resources(&self, group: &str, version: &str) -> Value {
        let kinds = self.kinds.iter().filter(|kind| (kind.group, kind.version) == (group, version));
        let resources: Vec<Value> = kinds
            .flat_map(|kind| {
                [
                    json!({"name": kind.plural, "kind": kind.kind, "namespaced": kind.namespaced, "verbs": ["get", "list"]}),
                    json!({"name": format!("{}/status", kind.plural), "kind": kind.kind, "namespaced": kind.namespaced, "verbs": ["get"]}),
                ]
            })
            .collect();
        json!({"kind": "APIResourceList", "groupVersion": format!("{group}/{version}"), "resources": resources})
    }
}

/// One page, with tokens that need encoding.
fn list(kind: &Kind, query: &str, accept: &str, namespace: Option<&str>) -> Reply {
    let parameter = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let items: Vec<&Value> = kind
        .items
        .iter()
        .filter(|item| namespace.is_none_or(|namespace| item["metadata"]["namespace"] == namespace))
        .collect();
    let start: usize = parameter("continue")
        .map_or(0, |token| token.replace("%2F", "/").strip_prefix("from/").unwrap().parse().unwrap());
    let end = parameter("limit")
        .map_or(items.len(), |limit| (start + limit.parse::<usize>().unwrap()).min(items.len()));
    let partial = accept.contains("partialobjectmetadatalist");
    let page: Vec<Value> = items[start..end]
        .iter()
        .map(|item| {
            let mut item = (*item).clone();
            if partial {
                return json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": item["metadata"]});
            }
            if kind.stated {
                item["apiVersion"] = kind.api_version().into();
                item["kind"] = kind.kind.into();
            }
            item
        })
        .collect();
    let more = if end < items.len() {
        json!({"continue": format!("from/{end}")})
    } else {
        json!({"resourceVersion": "7"})
    };
    Reply::Json(
        200,
        json!({"kind": format!("{}List", kind.kind), "apiVersion": kind.api_version(), "metadata": more, "items": page}),
    )
}

/// Sends an answer; gives whether the connection can be used again.
fn send(stream: &mut TcpStream, reply: Reply, gone: &(Mutex<bool>, Condvar)) -> bool {
    let (code, headers, body) = match reply {
        Reply::Json(code, value) => {
            (code, "content-type: application/json\r\n".to_owned(), value.to_string())
        }
        Reply::Text(code, kind, text) => (code, format!("content-type: {kind}\r\n"), text),
        Reply::Later(code, after) => (code, format!("retry-after: {after}\r\n"), String::new()),
        Reply::Broken(text) => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", text.len() + 1_000);
            let _ = stream.write_all(format!("{head}{text}").as_bytes());
            return false;
        }
        Reply::Silence => {
            let mut over = gone.0.lock().unwrap();
            while !*over {
                over = gone.1.wait(over).unwrap();
            }
            return false;
        }
    };
    let head = format!(
        "HTTP/1.1 {code} X\r\ndate: Sun, 01 Nov 2026 10:00:00 GMT\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).is_ok()
}
