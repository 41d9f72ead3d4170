//! Runs cases on all cores; one that panics or hangs fails alone.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::verdict::{Cases, Outcome, Verdict};

/// The slowest case takes milliseconds: one that takes this long hangs.
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// The readers' own limit of depth, and the recursion of scorers over it, fit many times.
const STACK_BYTES: usize = 32 << 20;

enum Message {
    Began(usize),
    Ended(usize, Verdict),
}

/// Runs all cases; the verdicts stand in the order of the cases.
pub(crate) fn judge_all(cases: Cases) -> Vec<(String, Verdict)> {
    judge_within(cases, TIME_LIMIT)
}

fn judge_within(cases: Cases, limit: Duration) -> Vec<(String, Verdict)> {
    let cases = Arc::new(cases);
    let next = Arc::new(AtomicUsize::new(0));
    let (sender, receiver) = channel();
    let start = |sender: &Sender<Message>| {
        let (cases, next, sender) = (Arc::clone(&cases), Arc::clone(&next), sender.clone());
        // A worker that cannot start leaves its cases to the others; one that hangs is left behind.
        thread::Builder::new().stack_size(STACK_BYTES).spawn(move || work(&cases, &next, &sender)).is_ok()
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let mut alive = (0..workers).filter(|_| start(&sender)).count();

    let mut verdicts: BTreeMap<usize, Verdict> = BTreeMap::new();
    let mut running: BTreeMap<usize, Instant> = BTreeMap::new();
    while verdicts.len() < cases.len() && alive > 0 {
        match receiver.recv_timeout(limit / 20) {
            Ok(Message::Began(index)) => {
                running.insert(index, Instant::now());
            }
            Ok(Message::Ended(index, verdict)) => {
                if running.remove(&index).is_some() {
                    verdicts.insert(index, verdict);
                }
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        while let Some(index) =
            running.iter().find(|(_, since)| since.elapsed() > limit).map(|(index, _)| *index)
        {
            running.remove(&index);
            let why = format!("no answer within {} seconds", limit.as_secs());
            verdicts.insert(index, Outcome::Failed(why).into());
            alive = alive - 1 + usize::from(start(&sender));
        }
    }
    let missing = || Verdict::from(Outcome::Failed("no thread could run it".to_owned()));
    let numbered = cases.iter().enumerate();
    numbered
        .map(|(index, case)| (case.name().to_owned(), verdicts.remove(&index).unwrap_or_else(missing)))
        .collect()
}

fn work(cases: &Cases, next: &AtomicUsize, sender: &Sender<Message>) {
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(case) = cases.get(index) else { return };
        if sender.send(Message::Began(index)).is_err() {
            return;
        }
        let verdict = catch_unwind(AssertUnwindSafe(|| case.run()))
            .unwrap_or_else(|panic| Outcome::Failed(panicked(&*panic)).into());
        if sender.send(Message::Ended(index, verdict)).is_err() {
            return;
        }
    }
}

fn panicked(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", text.unwrap_or("no message"))
}

#[cfg(test)]
mod tests {
    use super::super::verdict::Case;
    use super::*;

    struct Probe(String);

    impl Case for Probe {
        fn name(&self) -> &str {
            &self.0
        }

        fn run(&self) -> Verdict {
            match self.0.as_str() {
                "panic" => panic!("as asked"),
                // Parked for ever, not for a time: the limit is what ends it.
                "hang" => loop {
                    thread::park();
                },
                _ => Outcome::Passed.into(),
            }
        }
    }

    fn said(names: &[&str], limit: Duration) -> Vec<(String, Outcome)> {
        let case = |name: &&str| Box::new(Probe((*name).to_owned())) as Box<dyn Case>;
        let verdicts = judge_within(names.iter().map(case).collect(), limit);
        verdicts.into_iter().map(|(name, verdict)| (name, verdict.outcome)).collect()
    }

    #[test]
    fn a_panic_fails_alone_and_order_is_kept() {
        let names = ["a", "panic", "b", "c", "panic", "d"];
        let expected = names.map(|name| {
            let panicked = || Outcome::Failed("panicked: as asked".to_owned());
            (name.to_owned(), if name == "panic" { panicked() } else { Outcome::Passed })
        });
        assert_eq!(said(&names, TIME_LIMIT), expected);
    }

    /// More hangs than threads: each one is left behind and another thread goes on. Whatever the limit, none answers.
    #[test]
    fn hangs_fail_and_the_run_ends() {
        let names = ["hang"; 9];
        let late = Outcome::Failed("no answer within 0 seconds".to_owned());
        assert_eq!(
            said(&names, Duration::from_millis(20)),
            names.map(|name| (name.to_owned(), late.clone()))
        );
    }
}
