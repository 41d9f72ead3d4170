//! Running a program: found on a path, with arguments and never through a shell, within limits.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::RenderLimits;

/// Bytes of standard error that are kept: the last ones, where programs say why they give up.
const KEPT_ERRORS: usize = 4 << 10;

/// How long to wait between two looks at a program that closed its output and still runs.
const PAUSE: Duration = Duration::from_millis(5);

/// The first program of one of these names, in the order of names and folders.
///
/// Folders that are not absolute do not count: with `.` on the path a target could bring its own program.
pub(super) fn find(path: &OsStr, names: &[&str]) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(path).filter(|folder| folder.is_absolute()).collect();
    let candidates = names.iter().flat_map(|name| {
        let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        folders.iter().map(move |folder| folder.join(&name))
    });
    candidates.into_iter().find(|file| is_program(file))
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

/// What a program is started with.
pub(super) struct Run<'a> {
    pub(super) program: &'a Path,
    pub(super) args: Vec<OsString>,
    /// The `PATH` that it sees: it may be a script.
    pub(super) path: &'a OsStr,
    /// Its home and temporary folder, and where it is started.
    pub(super) home: &'a Path,
    pub(super) limits: RenderLimits,
}

/// Why there is no output.
#[derive(Debug)]
pub(super) enum Failed {
    NotStarted(std::io::Error),
    Timeout,
    TooMuch,
    /// What it said last.
    Refused(String),
}

/// Variables that keep programs from the network, should anything make them try: a proxy that nobody runs (port 9 is
/// `discard`), no transport for git, no plugins and no registry of Helm.
const CLOSED: [(&str, &str); 8] = [
    ("HTTP_PROXY", "http://127.0.0.1:9"),
    ("HTTPS_PROXY", "http://127.0.0.1:9"),
    ("http_proxy", "http://127.0.0.1:9"),
    ("https_proxy", "http://127.0.0.1:9"),
    ("NO_PROXY", ""),
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("HELM_NO_PLUGINS", "1"),
];

/// Variables that name a place below the home.
const PLACES: [(&str, &str); 15] = [
    ("HOME", ""),
    ("USERPROFILE", ""),
    ("TMPDIR", ""),
    ("TEMP", ""),
    ("XDG_CONFIG_HOME", "config"),
    ("XDG_CACHE_HOME", "cache"),
    ("XDG_DATA_HOME", "data"),
    ("HELM_CONFIG_HOME", "config"),
    ("HELM_CACHE_HOME", "cache"),
    ("HELM_DATA_HOME", "data"),
    ("HELM_PLUGINS", "plugins"),
    ("HELM_REGISTRY_CONFIG", "registry.json"),
    ("HELM_REPOSITORY_CONFIG", "repositories.yaml"),
    ("HELM_REPOSITORY_CACHE", "repository"),
    ("KUBECONFIG", "kubeconfig"),
];

/// Runs a program to its end and gives what it printed.
pub(super) fn run(run: &Run<'_>) -> Result<Vec<u8>, Failed> {
    let end = Instant::now() + run.limits.time;
    let mut command = Command::new(run.program);
    command.args(&run.args).current_dir(run.home).env_clear().env("PATH", run.path).env("LC_ALL", "C");
    command.envs(CLOSED);
    for (variable, place) in PLACES {
        command.env(variable, if place.is_empty() { run.home.to_owned() } else { run.home.join(place) });
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(Failed::NotStarted)?;
    let outcome = watch(&mut child, run.limits, end);
    if outcome.is_err() {
        // It may have ended by itself; either way nothing is left of it.
        let _ = child.kill();
        let _ = child.wait();
    }
    outcome
}

fn watch(child: &mut Child, limits: RenderLimits, end: Instant) -> Result<Vec<u8>, Failed> {
    let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(Failed::NotStarted(std::io::Error::other("its output cannot be read")));
    };
    // What a program left behind may hold the pipes open for ever: the threads are waited for only through channels.
    let printed = on_thread(move || {
        let mut bytes = Vec::new();
        let read = out.take(limits.output_bytes.saturating_add(1)).read_to_end(&mut bytes);
        read.map(|_| bytes)
    });
    let complaints = on_thread(move || last_bytes(err));
    let left = || end.saturating_duration_since(Instant::now());
    let bytes = printed.recv_timeout(left()).map_err(|_| Failed::Timeout)?.map_err(Failed::NotStarted)?;
    if bytes.len() as u64 > limits.output_bytes {
        return Err(Failed::TooMuch);
    }
    let status = loop {
        match child.try_wait().map_err(Failed::NotStarted)? {
            Some(status) => break status,
            None if left().is_zero() => return Err(Failed::Timeout),
            None => std::thread::sleep(PAUSE),
        }
    };
    if status.success() {
        return Ok(bytes);
    }
    let said = complaints.recv_timeout(left()).unwrap_or_default();
    Err(Failed::Refused(String::from_utf8_lossy(&said).into_owned()))
}

fn on_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
    let (sender, receiver) = channel();
    // Nobody may be waiting any more.
    std::thread::spawn(move || drop(sender.send(work())));
    receiver
}

/// Reads to the end and keeps the last bytes.
fn last_bytes(mut from: impl Read) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut block = [0; 4 << 10];
    while let Ok(read @ 1..) = from.read(&mut block) {
        kept.extend_from_slice(block.get(..read).unwrap_or_default());
        let over = kept.len().saturating_sub(KEPT_ERRORS);
        kept.drain(..over);
    }
    kept
}
