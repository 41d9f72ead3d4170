//! A real API server, when `SEAWALL_E2E_KUBECONFIG` names a kubeconfig whose current context may do everything. Tests run
//! one after the other, each in namespaces of its own, and clean up.

mod documents;
mod mutations;
mod objects;
mod policies;
mod reviews;
mod rights;
mod snapshots;

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http_body_util::BodyExt as _;
use kube::client::Body;
use kube::config::{Config, KubeConfigOptions, Kubeconfig};
use seawall_cluster::Access;
use seawall_yaml::{Limits, Text};
use serde_json::{Value, json};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Numbers that are the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    pub(crate) fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }

    pub(crate) fn some<'t>(&mut self, of: &[&'t str]) -> Vec<&'t str> {
        (0..=self.below(3)).map(|_| self.one(of)).collect()
    }

    pub(crate) fn often(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// A real cluster that nobody else uses meanwhile.
pub(crate) struct Cluster {
    kubeconfig: PathBuf,
    client: kube::Client,
    runtime: tokio::runtime::Runtime,
    /// What to delete at the end, the last first.
    made: Mutex<Vec<String>>,
    folder: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Cluster {
    /// The cluster, or `None` with a message when there is none to test against.
    pub(crate) fn from_env() -> Option<Self> {
        #[allow(clippy::disallowed_methods, reason = "the only way to say where the cluster is")]
        let Ok(path) = std::env::var("SEAWALL_E2E_KUBECONFIG") else {
            println!("skipped: SEAWALL_E2E_KUBECONFIG names no kubeconfig");
            return None;
        };
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let client = runtime.block_on(async {
            let file = Kubeconfig::read_from(&path).unwrap();
            let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.unwrap();
            kube::Client::try_from(config).unwrap()
        });
        let folder = tempfile::tempdir().unwrap();
        Some(Cluster {
            kubeconfig: path.into(),
            client,
            runtime,
            made: Mutex::default(),
            folder,
            _turn: turn,
        })
    }

    /// How the code under test gets to it.
    pub(crate) fn access(&self) -> Access {
        Access::Kubeconfig(self.kubeconfig.clone())
    }

    /// The same as somebody else.
    pub(crate) fn access_as(&self, user: &str) -> Access {
        let text = Text::new(std::fs::read_to_string(&self.kubeconfig).unwrap());
        let (documents, _) = seawall_yaml::read(&text, &Limits::default());
        let tree = &documents[0].tree;
        let mut config = String::new();
        tree.root().write_json(&mut config);
        let mut config: Value = serde_json::from_str(&config).unwrap();
        for entry in config["users"].as_array_mut().unwrap() {
            entry["user"]["as"] = user.into();
        }
        let path = self.folder.path().join("other-user");
        std::fs::write(&path, config.to_string()).unwrap();
        Access::Kubeconfig(path)
    }

    /// A folder for files of the test.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Any request; gives status and body.
    pub(crate) fn request(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let (status, _, body) = self.answer(method, path, body);
        (status, body)
    }

    /// Any request; gives status, warnings and body.
    pub(crate) fn answer(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Vec<String>, Value) {
        let bytes = body.map_or(Vec::new(), |body| body.to_string().into_bytes());
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .body(Body::from(bytes))
            .unwrap();
        self.runtime.block_on(async {
            let response = self.client.send(request).await.unwrap();
            let status = response.status().as_u16();
            let warnings = response.headers().get_all("warning").iter();
            let warnings =
                warnings.map(|value| warning(std::str::from_utf8(value.as_bytes()).unwrap())).collect();
            let bytes = response.into_body().collect().await.unwrap().to_bytes();
            (status, warnings, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
        })
    }

    /// Creates an object in a collection and remembers to delete it.
    pub(crate) fn create(&self, collection: &str, object: Value) -> Value {
        let (status, made) = self.request("POST", collection, Some(&object));
        assert!(status < 300, "{collection}: {status} {made}");
        let name = made["metadata"]["name"].as_str().unwrap();
        self.made.lock().unwrap().push(format!("{collection}/{name}"));
        made
    }

    /// A namespace of this process.
    pub(crate) fn namespace(&self, suffix: &str) -> String {
        let name = format!("seawall-e2e-{}-{suffix}", std::process::id());
        self.create("/api/v1/namespaces", json!({"metadata": {"name": name}}));
        name
    }
}

/// The text of a warning header: `299 - "text"` (RFC 7234, 5.5).
fn warning(header: &str) -> String {
    let quoted = header.strip_prefix("299 - \"").and_then(|rest| rest.strip_suffix('"')).unwrap();
    let mut text = String::new();
    let mut escaped = false;
    for letter in quoted.chars() {
        escaped = letter == '\\' && !escaped;
        if !escaped {
            text.push(letter);
        }
    }
    text
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let made = std::mem::take(&mut *self.made.lock().unwrap_or_else(PoisonError::into_inner));
        for path in made.iter().rev() {
            let (status, _) = self.request("DELETE", &format!("{path}?gracePeriodSeconds=0"), None);
            if !(200..300).contains(&status) && status != 404 {
                println!("could not delete {path}: status {status}");
            }
        }
    }
}
