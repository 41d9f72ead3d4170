//! Decisions as events: one line of JSON for each thing that is not simply allowed.
//!
//! Invariants: an event names the policy, the object and the user, and holds no value of the object and no message of a
//! policy, for these may repeat values. Whoever decides never waits for whoever writes: the queue is bounded, and what did
//! not fit is counted and told.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use seawall_core::rfc3339;
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
    /// The object was changed.
    Changed,
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
            Outcome::Changed => "changed",
            Outcome::FailedClosed => "failed-closed",
            Outcome::FailedOpen => "failed-open",
        }
    }
}

/// What all events of a request say.
#[derive(Clone, Debug)]
pub(crate) struct About(String);

impl About {
    pub(crate) fn new(request: &Request<'_>, hook: Hook, time: u64) -> Self {
        let mut out = String::with_capacity(320);
        _ = write!(out, "{{\"event\":\"admission\",\"time\":\"{}\"", rfc3339(time));
        let (group, version, kind) = request.kind;
        let api = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
        pairs(
            &[
                ("hook", hook.name()),
                ("user", request.user.name),
                ("operation", request.operation.name()),
                ("apiVersion", &api),
                ("kind", kind),
                ("subresource", request.subresource),
                ("namespace", request.namespace),
                ("name", request.name),
                ("uid", request.uid),
            ],
            &mut out,
        );
        if request.dry_run {
            out.push_str(",\"dryRun\":true");
        }
        About(out)
    }

    /// Adds the line of one event. The reason is a word or a sentence of ours, never of a policy.
    pub(crate) fn line(&self, policy: &str, mode: &str, outcome: Outcome, reason: &str, lines: &mut Lines) {
        let out = &mut lines.text;
        // Whoever objects is seldom alone.
        out.reserve(if out.is_empty() { 8 << 10 } else { self.0.len() + 160 });
        out.push_str(&self.0);
        let of_policy =
            [("policy", policy), ("mode", mode), ("outcome", outcome.as_str()), ("reason", reason)];
        pairs(&of_policy, out);
        out.push_str("}\n");
        lines.count += 1;
    }
}

/// Events that go together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    text: String,
    count: usize,
}

fn pairs(pairs: &[(&str, &str)], out: &mut String) {
    for (key, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        out.push_str(",\"");
        out.push_str(key);
        out.push_str("\":");
        // Names in Kubernetes have at most 253 characters; anything longer is no name.
        json_text(value.get(..value.floor_char_boundary(512)).unwrap_or(value), out);
    }
}

/// Lines that wait, unless those of one review alone are more; a few seconds of a cluster where everything is refused.
const QUEUE: usize = 8192;

/// What goes through the queue.
#[derive(Debug)]
enum Message {
    Lines(Lines),
    /// Everything before it is to be written, and then this told.
    Flush(SyncSender<()>),
}

/// How long the writer rests between batches: to wake it for every review would cost the review more than its events do. The
/// queue has room for what comes in this time.
const REST: Duration = Duration::from_millis(5);

/// How long the end waits for a log that cannot be written.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where events go.
#[derive(Clone, Debug)]
pub struct Events {
    queue: Option<SyncSender<Message>>,
    waiting: Arc<AtomicUsize>,
    dropped: Arc<AtomicU64>,
}

/// The thread that writes, as whoever ends the process sees it.
pub struct EventWriter(SyncSender<Message>);

impl EventWriter {
    /// Waits until everything is written that was sent before, but not for ever.
    pub fn finish(self) {
        let (told, written) = sync_channel(1);
        if self.0.send(Message::Flush(told)).is_ok() {
            // Whoever cannot write in this time loses the lines.
            let _ = written.recv_timeout(PATIENCE);
        }
    }
}

impl Events {
    /// Nobody wants to know.
    pub fn none() -> Self {
        Events { queue: None, waiting: Arc::default(), dropped: Arc::default() }
    }

    /// Writes to `out`, on a thread of its own, which ends when nobody can send any more.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn to(out: Box<dyn Write + Send>) -> std::io::Result<(Self, EventWriter)> {
        let (queue, messages) = sync_channel(QUEUE);
        let events = Events { queue: Some(queue.clone()), waiting: Arc::default(), dropped: Arc::default() };
        let (waiting, dropped) = (Arc::clone(&events.waiting), Arc::clone(&events.dropped));
        let writes = move || write_all(out, &messages, &waiting, &dropped);
        std::thread::Builder::new().name("events".into()).spawn(writes)?;
        Ok((events, EventWriter(queue)))
    }

    /// Whether anybody wants to know.
    pub(crate) fn are_wanted(&self) -> bool {
        self.queue.is_some()
    }

    pub(crate) fn send(&self, lines: Lines) {
        let count = lines.count;
        let Some(queue) = self.queue.as_ref().filter(|_| count > 0) else { return };
        let room = |waiting: usize| (waiting == 0 || waiting + count <= QUEUE).then_some(waiting + count);
        if self.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).is_err() {
            self.dropped.fetch_add(count as u64, Ordering::Relaxed);
        } else if queue.try_send(Message::Lines(lines)).is_err() {
            self.waiting.fetch_sub(count, Ordering::Relaxed);
            self.dropped.fetch_add(count as u64, Ordering::Relaxed);
        }
    }

    /// How many did not fit so far, or could not be written.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

fn write_all(
    mut out: Box<dyn Write + Send>,
    messages: &Receiver<Message>,
    waiting: &AtomicUsize,
    dropped: &AtomicU64,
) {
    let mut told = 0;
    while let Ok(first) = messages.recv() {
        let mut batch = String::new();
        let mut lines = 0;
        let mut flushed = None;
        for message in std::iter::once(first).chain(messages.try_iter().take(256)) {
            match message {
                Message::Lines(more) => {
                    batch.push_str(&more.text);
                    lines += more.count;
                }
                Message::Flush(told) => flushed = Some(told),
            }
        }
        waiting.fetch_sub(lines, Ordering::Relaxed);
        let lost = dropped.load(Ordering::Relaxed);
        if lost > told {
            _ = writeln!(batch, "{{\"event\":\"dropped\",\"count\":{}}}", lost - told);
            told = lost;
        }
        // A log that cannot be written stops no cluster; the lines are lost, and that is counted.
        if out.write_all(batch.as_bytes()).and_then(|()| out.flush()).is_err() {
            dropped.fetch_add(lines as u64, Ordering::Relaxed);
        }
        match flushed {
            // Nobody may wait for it any more.
            Some(flushed) => _ = flushed.try_send(()),
            None => std::thread::sleep(REST),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc;

    use super::*;

    /// A log that writes nothing before it is let go.
    struct Slow(mpsc::Receiver<()>, Arc<Mutex<Vec<u8>>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            // Once the test is over nobody holds it up.
            let _ = self.0.recv();
            self.1.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn line(text: &str) -> Lines {
        Lines { text: text.to_owned(), count: 1 }
    }

    #[test]
    fn the_events_of_one_review_are_never_too_many() {
        let written = Arc::default();
        let (let_go, gate) = mpsc::channel();
        let (events, writer) = Events::to(Box::new(Slow(gate, Arc::clone(&written)))).unwrap();
        events.send(Lines { text: "{}\n".repeat(QUEUE + 1), count: QUEUE + 1 });
        assert_eq!(events.dropped(), 0);
        drop(let_go);
        writer.finish();
        assert_eq!(written.lock().unwrap().len(), 3 * (QUEUE + 1));
    }

    #[test]
    fn what_does_not_fit_is_counted_and_told_and_nobody_waits() {
        let (let_go, gate) = mpsc::channel();
        let written = Arc::default();
        let (events, writer) = Events::to(Box::new(Slow(gate, Arc::clone(&written)))).unwrap();
        for number in 0..QUEUE + 2_000 {
            events.send(line(&format!("{{\"number\":{number}}}\n")));
        }
        let dropped = events.dropped();
        assert!((1..=2_000).contains(&dropped), "{dropped}");
        drop(let_go);
        writer.finish();
        let text = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        let told: u64 = text
            .lines()
            .filter_map(|line| {
                line.strip_prefix("{\"event\":\"dropped\",\"count\":")?.strip_suffix('}')?.parse::<u64>().ok()
            })
            .sum();
        let lines = text.lines().filter(|line| line.starts_with("{\"number\"")).count() as u64;
        assert_eq!((told, lines + told), (dropped, QUEUE as u64 + 2_000));
    }

    #[test]
    fn a_log_that_cannot_be_written_is_counted() {
        struct Broken;
        impl Write for Broken {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }

            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let (events, writer) = Events::to(Box::new(Broken)).unwrap();
        events.send(line("{}\n"));
        writer.finish();
        assert_eq!(events.dropped(), 1);
    }
}
