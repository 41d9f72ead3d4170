//! Everything that continuous integration runs, in order.
//!
//! A failing step does not keep the next ones from running, so that one run tells all. What cannot run here is named and
//! counted as skipped, never as passed. The last lines are those of the test runner itself, with their sum.

mod closing;

use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::workspace::{Workspace, on_path, output};
use crate::{scratch, tidy};
use closing::Closing;

enum Outcome {
    Passed,
    Skipped(&'static str),
    Failed(anyhow::Error),
}

struct Done {
    step: &'static str,
    outcome: Outcome,
    took: Duration,
}

/// `cargo xtask test`.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    name_missing_tools();
    let mut steps = Steps::default();
    let mut closing = Closing::default();
    steps.step("fmt", || format(workspace));
    steps.step("clippy", || {
        let mut cargo = workspace.cargo();
        cargo.args([
            "clippy",
            "--workspace",
            "--all-features",
            "--all-targets",
            "--locked",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ]);
        succeed(&mut cargo)
    });
    steps.step("tests", || tests(workspace, &mut closing));
    steps.step("doc tests", || {
        let mut cargo = workspace.cargo();
        cargo.args([
            "test",
            "--workspace",
            "--all-features",
            "--doc",
            "--locked",
            "--quiet",
            "--no-fail-fast",
        ]);
        succeed(&mut cargo)
    });
    steps.step("tidy", || tidy::run(workspace).map(|()| Outcome::Passed));
    // A process of its own: cargo builds what it judges, also after a change made while the tests ran.
    steps.step("conformance", || {
        let outcome = succeed(workspace.cargo().args(["xtask", "conformance"]))?;
        let data = workspace.root().join("../shared/conformance");
        Ok(if data.is_dir() { outcome } else { Outcome::Skipped("`../shared/conformance` is not there") })
    });
    steps.step("deny", || deny(workspace));
    steps.step("scratch-check", || scratch::run(workspace).map(|()| Outcome::Passed));
    steps.summary();
    let failed = steps.done.iter().filter(|done| matches!(done.outcome, Outcome::Failed(_))).count();
    closing.print();
    if failed > 0 {
        bail!("{failed} steps failed");
    }
    Ok(())
}

#[derive(Default)]
struct Steps {
    done: Vec<Done>,
}

impl Steps {
    fn step(&mut self, step: &'static str, work: impl FnOnce() -> Result<Outcome>) {
        println!("==> {step}");
        let start = Instant::now();
        let outcome = work().unwrap_or_else(Outcome::Failed);
        if let Outcome::Failed(error) = &outcome {
            println!("{step}: {error:#}");
        }
        self.done.push(Done { step, outcome, took: start.elapsed() });
    }

    fn summary(&self) {
        println!("==> summary");
        for Done { step, outcome, took } in &self.done {
            let word = match outcome {
                Outcome::Passed => "passed".to_owned(),
                Outcome::Skipped(why) => format!("skipped: {why}"),
                Outcome::Failed(error) => format!("FAILED: {error:#}"),
            };
            println!("{step:<14} {:>7.1} s  {word}", took.as_secs_f64());
        }
    }
}

/// What the steps need besides the Rust toolchain.
fn name_missing_tools() {
    const TOOLS: [(&str, &str); 5] = [
        ("cc", "needed: programs cannot be linked (Debian: `apt-get install gcc libc6-dev`)"),
        ("git", "needed: `tidy` and `scratch-check` ask it for the files (Debian: `apt-get install git`)"),
        (
            "bash",
            "needed: `scratch-check` runs the steps of CONTRIBUTING.md (Debian: `apt-get install bash`)",
        ),
        ("kubectl", "optional: tests that compare our reader with kubectl are skipped"),
        (
            "cargo-nextest",
            "optional: `cargo test` runs the tests, more slowly (`cargo install --locked cargo-nextest`)",
        ),
    ];
    for (tool, words) in TOOLS {
        if on_path(tool).is_none() {
            println!("`{tool}` is not on PATH; {words}");
        }
    }
}

fn succeed(command: &mut Command) -> Result<Outcome> {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_owned();
    let first = command.get_args().next().unwrap_or_default().to_owned();
    let name = format!("{} {}", program.display(), first.display());
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("cannot start `{name}`"))?;
    if !status.success() {
        bail!("`{name}` failed with {status}");
    }
    Ok(Outcome::Passed)
}

/// `cargo fmt` follows `mod` lines; the checks are found by a build script, so they are named one by one.
fn format(workspace: &Workspace) -> Result<Outcome> {
    succeed(workspace.cargo().args(["fmt", "--all", "--check"]))?;
    let files: Vec<String> = workspace.files()?.into_iter().filter(|file| is_check(file)).collect();
    if files.is_empty() {
        bail!("no check was found to look at");
    }
    let mut rustfmt = workspace.command("rustfmt");
    rustfmt.args(["--check", "--edition", "2024"]).args(files);
    succeed(&mut rustfmt).context("format them with `rustfmt --edition 2024 FILE`")
}

fn is_check(file: &str) -> bool {
    file.strip_prefix("crates/seawall-checks/src/")
        .is_some_and(|rest| rest.contains('/') && rest.ends_with(".rs"))
}

fn tests(workspace: &Workspace, closing: &mut Closing) -> Result<Outcome> {
    let mut cargo = workspace.cargo();
    if on_path("cargo-nextest").is_some() {
        cargo.args([
            "nextest",
            "run",
            "--workspace",
            "--all-features",
            "--locked",
            "--no-fail-fast",
            "--color",
            "never",
        ]);
        cargo.args(["--status-level", "fail", "--final-status-level", "fail"]);
    } else {
        cargo.args([
            "test",
            "--workspace",
            "--all-features",
            "--locked",
            "--no-fail-fast",
            "--color",
            "never",
        ]);
        cargo.args(["--lib", "--bins", "--tests"]);
    }
    if std::env::var_os(SEED).is_none() {
        let seed = seed(workspace)?;
        println!("property tests draw from the seed of this commit: `{SEED}={seed}` repeats them");
        cargo.env(SEED, seed.to_string());
    }
    let mut child = cargo
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let reader =
        thread::spawn(move || stdout.map(|out| echo(out, |line| println!("{line}"))).unwrap_or_default());
    let lines = stderr.map(|err| echo(err, |line| eprintln!("{line}"))).unwrap_or_default();
    for line in reader.join().unwrap_or_default().into_iter().chain(lines) {
        closing.keep(line);
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("the test runner failed with {status}");
    }
    if closing.executed() == 0 {
        bail!("the test runner executed no test");
    }
    Ok(Outcome::Passed)
}

/// How property tests are told where their random numbers begin.
const SEED: &str = "PROPTEST_RNG_SEED";

/// A number that follows from the commit: whoever runs the tests of it sees the same, and every commit tries something else.
fn seed(workspace: &Workspace) -> Result<u64> {
    let commit = output(workspace.command("git").args(["rev-parse", "HEAD"]))?;
    let digits = commit.get(..15).context("`git rev-parse HEAD` gave no commit")?;
    u64::from_str_radix(digits, 16).with_context(|| format!("`{digits}` is no commit"))
}

/// Passes lines on and gives back those that a runner closes with.
fn echo(stream: impl Read, print: impl Fn(&str)) -> Vec<String> {
    let mut kept = Vec::new();
    for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        print(&line);
        if closing::closes(&line) {
            kept.push(line.into_owned());
        }
    }
    kept
}

/// Licences, bans and sources need no network; advisories do, so the scheduled workflow asks for them.
fn deny(workspace: &Workspace) -> Result<Outcome> {
    if on_path("cargo-deny").is_none() {
        return Ok(Outcome::Skipped(
            "cargo-deny is not installed; tidy has checked licences and the number of crates",
        ));
    }
    let config = workspace.root().join("deny.toml");
    fs::metadata(&config).context("there is no deny.toml")?;
    succeed(workspace.cargo().args(["deny", "--offline", "--locked", "check", "bans", "licenses", "sources"]))
}

#[cfg(test)]
mod tests {
    use super::is_check;

    #[test]
    fn checks_are_told_from_other_sources() {
        assert!(is_check("crates/seawall-checks/src/pod/privileged.rs"));
        assert!(is_check("crates/seawall-checks/src/pod/shared/setter.rs"));
        assert!(!is_check("crates/seawall-checks/src/engine.rs"));
        assert!(!is_check("crates/seawall-core/src/a/b.rs"));
    }
}
