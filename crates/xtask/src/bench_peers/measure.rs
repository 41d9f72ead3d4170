//! One run of a program: CPU time, wall time, peak memory.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

/// Runs what it is given and writes user time, system time and peak memory of all that it waited for. The standard
/// library of Rust does not say; Python is here anyway, for the peers.
const METER: &str = "\
import resource, subprocess, sys
status = subprocess.call(sys.argv[2:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
unit = 1 if sys.platform == 'darwin' else 1024
with open(sys.argv[1], 'w') as out:
    out.write(f'{used.ru_utime} {used.ru_stime} {used.ru_maxrss * unit}')
sys.exit(status if status >= 0 else 128 - status)
";

/// What one run cost, with all processes that it waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// User and system time.
    pub(super) cpu: Duration,
    pub(super) wall: Duration,
    /// Peak resident memory of the largest process, in bytes; below 10 MB it is that of the meter.
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
    let usage = out.with_extension("usage");
    let start = Instant::now();
    let status = Command::new("python3")
        .args(["-c", METER])
        .arg(&usage)
        .arg(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(stderr)
        .status()
        .with_context(|| format!("cannot start python3, which measures `{}`", program.display()))?;
    let wall = start.elapsed();
    let text = std::fs::read_to_string(&usage).with_context(|| {
        format!("no measure of `{}`: see the log beside `{}`", program.display(), usage.display())
    })?;
    let (cpu, memory) = parse(&text).with_context(|| format!("`{text}` is no measure"))?;
    std::fs::remove_file(&usage).with_context(|| format!("cannot remove `{}`", usage.display()))?;
    Ok(Run { cpu, wall, memory, status })
}

fn parse(text: &str) -> Option<(Duration, u64)> {
    let mut words = text.split(' ');
    let mut seconds = || Duration::try_from_secs_f64(words.next()?.parse().ok()?).ok();
    let cpu = seconds()? + seconds()?;
    Some((cpu, words.next()?.parse().ok()?))
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
