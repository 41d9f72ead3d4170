//! A server on loopback, with judges and a clock of the test.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use seawall_policy::admission::{Decision, Denial, Reason, Request};
use seawall_server::tls::{Authority, Certificates, Pair};
use seawall_server::{
    Around, Changers, Clock, Desk, Events, Judge, Judges, Metrics, Mode, Modes, Rules, Server, ServerLimits,
};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::{Address, Client};

/// 2026-11-29
pub(crate) const NOW: u64 = 1_795_910_400;

pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// A clock that says what it is told to.
pub(crate) struct TestClock(pub(crate) AtomicU64);

impl Clock for TestClock {
    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A policy that is a function.
pub(crate) struct Policy<F>(pub(crate) &'static str, pub(crate) F);

impl<F: Fn(&Request<'_>, &Around<'_>) -> Decision + Send + Sync> Judge for Policy<F> {
    fn name(&self) -> &str {
        self.0
    }

    fn policies(&self) -> usize {
        1
    }

    fn judge(&self, request: &Request<'_>, around: &Around<'_>) -> Decision {
        (self.1)(request, around)
    }
}

/// A policy that refuses what a function says.
pub(crate) fn refuses(
    name: &'static str,
    refuses: impl Fn(&Request<'_>) -> bool + Send + Sync + 'static,
) -> Arc<dyn Judge> {
    Arc::new(Policy(name, move |request: &Request<'_>, _: &Around<'_>| {
        if !refuses(request) {
            return Decision::default();
        }
        let denial = Denial {
            policy: name.into(),
            binding: Arc::default(),
            code: 403,
            reason: Reason::Forbidden,
            message: format!("{name} says no"),
        };
        Decision { denials: vec![denial], ..Decision::default() }
    }))
}

/// What a test asks for.
pub(crate) struct Setup {
    pub(crate) limits: ServerLimits,
    pub(crate) rules: Rules,
    pub(crate) judges: Judges,
    pub(crate) changers: Changers,
    /// Whether the desk has what it judges by.
    pub(crate) loaded: bool,
}

impl Default for Setup {
    fn default() -> Self {
        let modes = Modes { rules: Vec::new(), default: Mode::Enforce };
        Setup {
            limits: ServerLimits::default(),
            rules: Rules { modes, ..Rules::default() },
            judges: Vec::new(),
            changers: Vec::new(),
            loaded: true,
        }
    }
}

/// What events were written.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A server at work.
pub(crate) struct Stand {
    pub(crate) server: Arc<Server>,
    #[cfg_attr(not(feature = "live"), allow(dead_code, reason = "only what changes needs it"))]
    pub(crate) desk: Arc<Desk>,
    pub(crate) certificates: Arc<Certificates>,
    pub(crate) address: Address,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) authority: Authority,
    stop: oneshot::Sender<()>,
    served: JoinHandle<bool>,
    writer: seawall_server::EventWriter,
    log: Log,
}

impl Stand {
    pub(crate) async fn start(setup: Setup) -> Stand {
        let clock = Arc::new(TestClock(AtomicU64::new(NOW)));
        let metrics = Arc::new(Metrics::default());
        let log = Log::default();
        let (events, writer) = Events::to(Box::new(log.clone())).unwrap();
        let desk = Arc::new(Desk::new(
            setup.rules,
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::clone(&metrics),
            events,
        ));
        desk.set_judges(setup.judges);
        desk.set_changers(setup.changers);
        let certificates = Arc::new(Certificates::new(metrics).unwrap());
        let authority = Authority::new(NOW, 365 * DAY).unwrap();
        serve(&certificates, &authority.issue(&["localhost".into()], NOW, 30 * DAY).unwrap());
        let server = Arc::new(Server::new(Arc::clone(&desk), setup.limits, Arc::clone(&certificates)));
        if setup.loaded {
            server.set_loaded();
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Address {
            socket: listener.local_addr().unwrap(),
            name: "localhost".into(),
            roots: vec![authority.0.certificate.clone()],
            now: NOW,
        };
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(Arc::clone(&server).serve(listener, async { _ = stopped.await }));
        Stand { server, desk, certificates, address, clock, authority, stop, served, writer, log }
    }

    pub(crate) async fn client(&self) -> Client {
        Client::open(&self.address).await.unwrap()
    }

    /// Tells the server to stop and gives what tells whether all requests finished.
    pub(crate) fn stop(self) -> Stopping {
        _ = self.stop.send(());
        Stopping { served: self.served, writer: self.writer, log: self.log }
    }
}

/// A server that was told to stop.
pub(crate) struct Stopping {
    served: JoinHandle<bool>,
    writer: seawall_server::EventWriter,
    log: Log,
}

impl Stopping {
    /// Waits for the end; the events, one a line.
    pub(crate) async fn finish(self) -> (bool, Vec<serde_json::Value>) {
        let finished = self.served.await.unwrap();
        self.writer.finish();
        let text = String::from_utf8(self.log.0.lock().unwrap().clone()).unwrap();
        (finished, text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }
}

pub(crate) fn serve(certificates: &Certificates, pair: &Pair) {
    let chain = vec![CertificateDer::from(pair.certificate.clone())];
    certificates.serve(chain, PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pair.key.clone()))).unwrap();
}

/// Runs a test on one thread whose time stands still but where everything waits for it.
pub(crate) fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(test);
}

/// A review of a pod.
pub(crate) fn review(namespace: &str, name: &str) -> serde_json::Value {
    serde_json::json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "request": {
            "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "name": name, "namespace": namespace, "operation": "CREATE",
            "userInfo": {"username": "alice", "groups": ["devs"]},
            "object": {
                "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace},
                "spec": {"containers": [{"name": "web", "image": "registry.example/web:1", "securityContext": {"privileged": true}}]},
            },
        },
    })
}

pub(crate) fn body(namespace: &str, name: &str) -> Vec<u8> {
    review(namespace, name).to_string().into_bytes()
}
