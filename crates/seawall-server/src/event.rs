//! Decisions as events: one line of JSON for each thing that is not simply allowed.
//!
//! Invariants: an event names the policy, the object and the user, and holds no value of the object and no message of a
//! policy, for these may repeat values. Whoever decides never waits for whoever writes: the queue is bounded, and what did
//! not fit is counted and told.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use seawall_policy::admission::Request;

use crate::judge::Hook;
use crate::review::json_text;

/// What became of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The request was refused for it.
    Refused,
    /// The client was warned.
    Warned,
    /// The audit event notes it.
    Audited,
    /// It could not be judged, and the request was refused for that.
    FailedClosed,
    /// It could not be judged, and the request went on.
    FailedOpen,
}

impl Outcome {
    /// The name in events and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Refused => "refused",
            Outcome::Warned => "warned",
            Outcome::Audited => "audited",
            Outcome::FailedClosed => "failed-closed",
            Outcome::FailedOpen => "failed-open",
        }
    }
}

/// One event, without the request that it is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event<'a> {
    pub(crate) time: &'a str,
    pub(crate) hook: Hook,
    pub(crate) policy: &'a str,
    pub(crate) mode: &'a str,
    pub(crate) outcome: Outcome,
    /// A word or a sentence of ours, never of a policy.
    pub(crate) reason: &'a str,
}

impl Event<'_> {
    /// The line.
    pub(crate) fn line(&self, request: &Request<'_>) -> String {
        let mut out = String::with_capacity(320);
        _ = write!(out, "{{\"event\":\"admission\",\"time\":\"{}\"", self.time);
        let (group, version, kind) = request.kind;
        let api = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
        for (key, value) in [
            ("hook", self.hook.name()),
            ("outcome", self.outcome.as_str()),
            ("policy", self.policy),
            ("mode", self.mode),
            ("reason", self.reason),
            ("user", request.user.name),
            ("operation", request.operation.name()),
            ("apiVersion", &api),
            ("kind", kind),
            ("subresource", request.subresource),
            ("namespace", request.namespace),
            ("name", request.name),
            ("uid", request.uid),
        ] {
            if !value.is_empty() {
                _ = write!(out, ",\"{key}\":");
                // Names in Kubernetes have at most 253 characters; anything longer is no name.
                json_text(value.get(..value.floor_char_boundary(512)).unwrap_or(value), &mut out);
            }
        }
        if request.dry_run {
            out.push_str(",\"dryRun\":true");
        }
        out.push_str("}\n");
        out
    }
}

/// Lines that wait; a few seconds of a cluster where everything is refused.
const QUEUE: usize = 8192;

/// Where events go.
#[derive(Clone, Debug)]
pub struct Events {
    queue: Option<SyncSender<String>>,
    dropped: Arc<AtomicU64>,
}

/// The thread that writes; it ends when no [`Events`] is left.
pub struct EventWriter(Option<JoinHandle<()>>);

impl EventWriter {
    /// Waits until everything is written.
    pub fn finish(mut self) {
        if let Some(thread) = self.0.take() {
            // A writer that panicked wrote what it could.
            let _ = thread.join();
        }
    }
}

impl Events {
    /// Nobody wants to know.
    pub fn none() -> Self {
        Events { queue: None, dropped: Arc::default() }
    }

    /// Writes to `out`, on a thread of its own.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn to(out: Box<dyn Write + Send>) -> std::io::Result<(Self, EventWriter)> {
        let (queue, lines) = sync_channel(QUEUE);
        let dropped = Arc::new(AtomicU64::new(0));
        let told = Arc::clone(&dropped);
        let thread =
            std::thread::Builder::new().name("events".into()).spawn(move || write_all(out, &lines, &told))?;
        Ok((Events { queue: Some(queue), dropped }, EventWriter(Some(thread))))
    }

    pub(crate) fn send(&self, line: String) {
        if let Some(queue) = &self.queue
            && queue.try_send(line).is_err()
        {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many did not fit so far.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

fn write_all(mut out: Box<dyn Write + Send>, lines: &Receiver<String>, dropped: &AtomicU64) {
    let mut told = 0;
    while let Ok(line) = lines.recv() {
        let mut batch = line;
        batch.extend(lines.try_iter().take(256));
        let lost = dropped.load(Ordering::Relaxed);
        if lost > told {
            _ = writeln!(batch, "{{\"event\":\"dropped\",\"count\":{}}}", lost - told);
            told = lost;
        }
        // A log that cannot be written stops no cluster; the lines are lost and that is counted.
        if out.write_all(batch.as_bytes()).and_then(|()| out.flush()).is_err() {
            let lines = batch.lines().count() as u64;
            told += dropped.fetch_add(lines, Ordering::Relaxed) + lines - told;
        }
    }
}
