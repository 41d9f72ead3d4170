//! One run of a program: CPU time, wall time, peak memory.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use wait4::Wait4 as _;

/// What one run cost, with all processes that it waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// User and system time.
    pub(super) cpu: Duration,
    pub(super) wall: Duration,
    /// Peak resident memory of the largest process, in bytes.
    pub(super) memory: u64,
    pub(super) status: ExitStatus,
}

/// Runs a program; its standard output goes to `OUT.json`, its errors to `OUT.log`.
pub(super) fn measure(program: &Path, arguments: &[OsString], out: &Path) -> Result<Run> {
    let create = |extension: &str| {
        let path = out.with_extension(extension);
        File::create(&path).with_context(|| format!("cannot write `{}`", path.display()))
    };
    let (stdout, stderr) = (create("json")?, create("log")?);
    let start = Instant::now();
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(stderr)
        .spawn()
        .with_context(|| format!("cannot start `{}`", program.display()))?;
    let result = child.wait4().with_context(|| format!("cannot wait for `{}`", program.display()))?;
    let wall = start.elapsed();
    let usage = result.rusage;
    Ok(Run { cpu: usage.utime + usage.stime, wall, memory: usage.maxrss, status: result.status })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_and_status_arrive() {
        let out = std::env::temp_dir().join(format!("seawall-measure-{}", std::process::id()));
        let script = "echo data; echo words >&2; exit 3";
        let run = measure(Path::new("/bin/sh"), &["-c".into(), script.into()], &out).unwrap();
        assert_eq!(run.status.code(), Some(3));
        assert!(run.memory > 0);
        for (extension, text) in [("json", "data\n"), ("log", "words\n")] {
            let file = out.with_extension(extension);
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
            std::fs::remove_file(file).unwrap();
        }
    }
}
