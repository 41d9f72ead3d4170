//! Certificates in a Secret of a cluster: a stand-in API server that keeps one Secret and one configuration.
#![cfg(feature = "write")]

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use seawall_cluster::{Access, Patience, Writer};
use seawall_server::tls::{
    CertificateStore, Certificates, Cluster, Entries, Keeper, Lifetimes, Revision, Trust, Written,
};
use serde_json::{Value, json};

/// What the stand-in holds.
#[derive(Default)]
struct Held {
    secret: Option<Value>,
    version: u64,
    bundle: Option<String>,
}

impl Held {
    /// Answers a request as an API server does.
    fn answer(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let conflict = (409, json!({"kind": "Status", "message": "the object has been modified"}));
        if path.contains("/secrets") {
            let told = body["metadata"]["resourceVersion"].as_str();
            let known = self.secret.as_ref().map(|_| self.version.to_string());
            return match method {
                "GET" => self.secret.clone().map_or((404, json!({"kind": "Status"})), |secret| (200, secret)),
                "POST" if self.secret.is_some() => conflict,
                "PATCH" if told != known.as_deref() => conflict,
                _ => {
                    self.version += 1;
                    let secret = self.secret.get_or_insert(json!({"kind": "Secret"}));
                    merge(secret, body);
                    secret["metadata"]["resourceVersion"] = self.version.to_string().into();
                    (200, secret.clone())
                }
            };
        }
        if path.contains("validatingwebhookconfigurations/seawall-validate") {
            if method == "PATCH" {
                self.bundle = body["webhooks"][0]["clientConfig"]["caBundle"].as_str().map(str::to_owned);
            }
            let service = json!({"namespace": "seawall", "name": "seawall"});
            let config = json!({"caBundle": self.bundle.clone().unwrap_or_default(), "service": service});
            return (
                200,
                json!({"kind": "ValidatingWebhookConfiguration", "webhooks": [{"name": "a.b.c", "clientConfig": config}]}),
            );
        }
        (404, json!({"kind": "Status"}))
    }
}

/// A merge patch, RFC 7386.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (key, value) in fields {
        if value.is_null() {
            target.as_object_mut().unwrap().remove(key);
        } else {
            merge(&mut target[key], value);
        }
    }
}

fn serve() -> (String, Arc<Mutex<Held>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let held = Arc::new(Mutex::new(Held::default()));
    let shared = Arc::clone(&held);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let held = Arc::clone(&shared);
            std::thread::spawn(move || connection(&stream.unwrap(), &held));
        }
    });
    (url, held)
}

fn connection(stream: &TcpStream, held: &Mutex<Held>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if line.trim().is_empty() {
                break;
            }
            head.push(line);
        }
        let length = head
            .iter()
            .find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).unwrap();
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let words: Vec<&str> = head[0].split(' ').collect();
        let (status, answer) = held.lock().unwrap().answer(words[0], words[1], &body);
        let text = answer.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            text.len()
        );
        (&*stream).write_all((head + &text).as_bytes()).unwrap();
    }
}

async fn cluster(url: &str) -> Cluster {
    let writer = Writer::open(&Access::Url(url.to_owned()), Patience::default()).await.unwrap();
    let name = || "seawall".to_owned();
    Cluster { writer: Arc::new(writer), namespace: name(), secret: "seawall-tls".to_owned(), service: name() }
}

#[test]
fn replicas_agree_through_the_secret_and_the_api_server_is_told() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (url, held) = serve();
        let (one, two) = (cluster(&url).await, cluster(&url).await);
        assert_eq!(one.read().await.unwrap(), None);
        let entries = |text: &str| Entries::from([("tls.crt".to_owned(), text.to_owned())]);
        assert_eq!(one.write(entries("1"), None).await.unwrap(), Written::Done);
        assert_eq!(two.write(entries("2"), None).await.unwrap(), Written::Lost);
        let (read, revision) = two.read().await.unwrap().unwrap();
        assert_eq!((read, &revision), (entries("1"), &Revision("1".to_owned())));
        assert_eq!(two.write(entries("3"), Some(revision.clone())).await.unwrap(), Written::Done);
        assert_eq!(one.write(entries("4"), Some(revision)).await.unwrap(), Written::Lost);
        one.spread("bundle".to_owned()).await.unwrap();
        assert_eq!(held.lock().unwrap().bundle.as_deref(), Some("YnVuZGxl"));
    });
}

#[test]
fn an_empty_secret_of_a_chart_is_filled_and_keeps_its_labels() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (url, held) = serve();
        let labels = json!({"app.kubernetes.io/managed-by": "Helm"});
        held.lock().unwrap().secret =
            Some(json!({"kind": "Secret", "metadata": {"resourceVersion": "0", "labels": labels}}));
        let replica = async || {
            let store = Arc::new(cluster(&url).await);
            let metrics = Arc::new(seawall_server::Metrics::default());
            let certificates = Arc::new(Certificates::new(metrics).unwrap());
            let trust = Arc::clone(&store) as Arc<dyn Trust>;
            let names = vec!["seawall.seawall.svc".to_owned()];
            let clock = Arc::new(seawall_server::SystemClock);
            Keeper::new(store, trust, certificates, clock, names, Lifetimes::default()).tend().await.unwrap();
        };
        replica().await;
        let first = held.lock().unwrap().secret.clone().unwrap();
        assert!(first["data"]["tls.key"].is_string() && first["data"]["ca.crt"].is_string());
        assert_eq!(first["metadata"]["labels"], labels);
        assert_eq!(held.lock().unwrap().bundle.as_deref(), first["data"]["ca.crt"].as_str());
        replica().await;
        assert_eq!(held.lock().unwrap().secret.as_ref(), Some(&first), "the second one takes what is there");
    });
}
