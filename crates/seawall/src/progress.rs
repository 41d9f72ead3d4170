//! A line on the terminal that says how far a long run is. Never a part of the output: it is on standard error, only
//! when that is a terminal, and gone when the run ends.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use seawall_report::thousands;
use seawall_sources::Progress;

/// Shorter runs show nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two lines.
const PACE: Duration = Duration::from_millis(200);

/// How far a run is.
#[derive(Debug, Default)]
pub(crate) struct Stages {
    pub(crate) reading: Progress,
    /// Objects that are being judged; 0 while reading.
    judging: AtomicUsize,
    /// Events of a log that were judged.
    replayed: AtomicUsize,
}

impl Stages {
    pub(crate) fn judge(&self, objects: usize) {
        self.judging.store(objects, Ordering::Relaxed);
    }

    #[cfg(feature = "admit")]
    pub(crate) fn replayed(&self) {
        self.replayed.fetch_add(1, Ordering::Relaxed);
    }

    fn line(&self) -> String {
        let replayed = self.replayed.load(Ordering::Relaxed);
        if replayed > 0 {
            return format!("judged {} events…", thousands(replayed));
        }
        let (files, objects) = (self.reading.files(), self.reading.objects());
        match self.judging.load(Ordering::Relaxed) {
            0 if objects > 0 => format!("read {} objects…", thousands(objects)),
            0 => format!("read {} files…", thousands(files)),
            judging => format!("judging {} objects…", thousands(judging)),
        }
    }
}

/// Shows the stages from another thread until it is dropped.
pub(crate) struct Ticker(Option<(Sender<()>, JoinHandle<()>)>);

impl Ticker {
    /// `quiet` shows nothing, and so does a standard error that is no terminal.
    pub(crate) fn start(stages: &Arc<Stages>, quiet: bool) -> Self {
        if quiet || !io::stderr().is_terminal() {
            return Ticker(None);
        }
        let (end, ended) = channel();
        let stages = Arc::clone(stages);
        let wait = move |time| ended.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
        let show = move || tick(&stages, wait, &mut io::stderr());
        // Without a thread there is no progress to see, which harms nobody.
        let thread = std::thread::Builder::new().spawn(show);
        Ticker(thread.ok().map(|thread| (end, thread)))
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.0.take() {
            drop(end);
            let _ = thread.join();
        }
    }
}

/// Writes lines over each other for as long as `wait` says that the run goes on, then blanks the last one.
fn tick(stages: &Stages, wait: impl Fn(Duration) -> bool, to: &mut impl Write) {
    let mut time = PATIENCE;
    let mut widest = 0;
    while wait(time) {
        time = PACE;
        let line = stages.line();
        widest = widest.max(line.chars().count());
        // A terminal that went away needs no progress.
        let _ = write!(to, "\r{line:<widest$}");
        let _ = to.flush();
    }
    if widest > 0 {
        let _ = write!(to, "\r{:widest$}\r", "");
        let _ = to.flush();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn shown(stages: &Stages, ticks: usize) -> (String, Vec<Duration>) {
        let left = Cell::new(ticks);
        let times = std::cell::RefCell::new(Vec::new());
        let wait = |time| {
            times.borrow_mut().push(time);
            left.replace(left.get().saturating_sub(1)) > 0
        };
        let mut out = Vec::new();
        tick(stages, wait, &mut out);
        (String::from_utf8(out).unwrap(), times.into_inner())
    }

    #[test]
    fn a_short_run_shows_nothing() {
        let (out, times) = shown(&Stages::default(), 0);
        assert_eq!(out, "");
        assert_eq!(times, [PATIENCE]);
    }

    #[test]
    fn lines_are_written_over_each_other_and_blanked() {
        let stages = Stages::default();
        stages.judge(1_200);
        let (out, times) = shown(&stages, 2);
        let line = "judging 1,200 objects…";
        assert_eq!(out, format!("\r{line}\r{line}\r{}\r", " ".repeat(line.chars().count())));
        assert_eq!(times, [PATIENCE, PACE, PACE]);
    }

    #[cfg(feature = "admit")]
    #[test]
    fn events_are_counted_while_they_are_judged() {
        let stages = Stages::default();
        (0..1_500).for_each(|_| stages.replayed());
        assert!(shown(&stages, 1).0.starts_with("\rjudged 1,500 events…\r"));
    }

    #[test]
    fn nothing_is_shown_when_quiet_or_away_from_a_terminal() {
        assert!(Ticker::start(&Arc::new(Stages::default()), true).0.is_none());
    }
}
