//! The server: sockets, TLS, HTTP/1.1 with connections that are kept alive.
//!
//! ```text
//! accept ─ limit of connections ─ handshake ─ head ─ body ─ worker ─ answer
//! ```
//!
//! Invariants, above all what is absent:
//! - each arrow has a deadline of the monotonic clock and each thing that piles up has a bound with a defined outcome;
//! - a body that is too large is refused before it is read to its end;
//! - CPU work is done by a bounded number of threads, never by those that serve sockets.

mod accept;
mod answers;
mod body;
mod connection;
mod pace;
mod reviews;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use crate::desk::Desk;
use crate::review::ReviewLimits;
use crate::tls::Certificates;

/// Bounds of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerLimits {
    /// Open connections; more are closed at once. An API server keeps a few.
    pub connections: usize,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// How long the head of a request may take from its first byte.
    pub head: Duration,
    /// How long a body may take.
    pub body: Duration,
    /// How long a client may take no byte of an answer.
    pub write: Duration,
    /// How long a connection may be idle. Go's client gives up its own after 90 s; whoever closes first should be the
    /// client, for a request that meets a closing server is lost.
    pub idle: Duration,
    /// Reviews at once; more are answered with 503, and the failure policy of the webhook decides.
    pub in_flight: usize,
    /// Bytes of bodies that are held at once, all together; whoever finds no room is answered with 503, too.
    pub held_bytes: u32,
    /// Threads that judge.
    pub workers: usize,
    /// The longest that a review may take, and how long when the API server does not say.
    pub time: Duration,
    /// What is kept of the API server's own time limit to send the answer.
    pub margin: Duration,
    /// Bounds of one body.
    pub review: ReviewLimits,
    /// How long new connections are taken after the server was told to stop: until then nobody may know that it is not
    /// ready.
    pub lame_duck: Duration,
    /// How long open requests may take after that.
    pub drain: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        ServerLimits {
            connections: 1024,
            handshake: Duration::from_secs(5),
            head: Duration::from_secs(5),
            body: Duration::from_secs(10),
            write: Duration::from_secs(10),
            idle: Duration::from_secs(120),
            in_flight: 256,
            held_bytes: 64 << 20,
            workers: 4,
            time: Duration::from_secs(10),
            margin: Duration::from_millis(500),
            review: ReviewLimits::default(),
            lame_duck: Duration::from_secs(3),
            drain: Duration::from_secs(20),
        }
    }
}

/// How far the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Serving,
    /// Not ready any more; connections are still taken.
    LameDuck,
    /// Connections end with the request that they are at.
    Draining,
}

/// The webhook server.
pub struct Server {
    desk: Arc<Desk>,
    limits: ServerLimits,
    certificates: Arc<Certificates>,
    loaded: AtomicBool,
    phase: watch::Sender<Phase>,
    connections: Arc<Semaphore>,
    in_flight: Arc<Semaphore>,
    workers: Arc<Semaphore>,
    /// Room for bodies, in kibibytes.
    room: Semaphore,
    /// Workers whose answer nobody waits for any more.
    held: Arc<AtomicIsize>,
}

impl Server {
    /// A server that is not ready yet.
    pub fn new(desk: Arc<Desk>, limits: ServerLimits, certificates: Arc<Certificates>) -> Self {
        Server {
            desk,
            certificates,
            loaded: AtomicBool::new(false),
            phase: watch::Sender::new(Phase::Serving),
            connections: Arc::new(Semaphore::new(limits.connections)),
            in_flight: Arc::new(Semaphore::new(limits.in_flight)),
            workers: Arc::new(Semaphore::new(limits.workers)),
            room: Semaphore::new((limits.held_bytes >> 10) as usize),
            held: Arc::default(),
            limits,
        }
    }

    /// Policies and inventory are loaded.
    pub fn set_loaded(&self) {
        self.loaded.store(true, Ordering::Release);
    }

    /// What keeps the server from being ready; nothing when it is.
    pub fn unready(&self) -> Vec<&'static str> {
        let now = self.desk.clock().now();
        let reasons = [
            (!self.loaded.load(Ordering::Acquire), "policies and inventory are not loaded"),
            (!self.certificates.is_valid(now), "no certificate that is valid now"),
            (*self.phase.borrow() != Phase::Serving, "the server is stopping"),
            (
                usize::try_from(self.held.load(Ordering::Relaxed)).unwrap_or(0) >= self.limits.workers,
                "every worker is held by a policy that does not end",
            ),
        ];
        reasons.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason).collect()
    }
}
