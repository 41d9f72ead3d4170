//! `--audit LOG`: what was really done, to tell rights that are used from others.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use seawall_core::ProblemSeverity;
use seawall_rbac::usage::{ClientRecorder, Requests};
use seawall_sources::{SourceLimits, read_audit};

use crate::output;

#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// Audit logs: files or folders (`.log`, `.json`, `.jsonl`, also `.gz` and `.zst`): rights that were used cost more
    /// than others; may be repeated
    #[arg(long, value_name = "LOG")]
    audit: Vec<PathBuf>,
}

impl AuditArgs {
    /// The requests of the logs; `None` when no log was given.
    ///
    /// # Errors
    /// When no event is in the logs.
    pub(crate) fn requests(&self, quiet: bool) -> anyhow::Result<Option<Requests>> {
        if self.audit.is_empty() {
            return Ok(None);
        }
        let mut recorder = ClientRecorder::default();
        let read = read_audit(&self.audit, &SourceLimits::default(), &mut |event| recorder.add(event));
        if !quiet {
            let worse = read.problems.iter().filter(|problem| problem.severity >= ProblemSeverity::Warning);
            worse.for_each(output::problem);
        }
        if read.events == 0 {
            bail!("nothing to judge: no audit event in the logs");
        }
        Ok(Some(recorder.finish()))
    }
}

/// A time of observation in the largest unit of which it holds two: `7m`, `30d`.
pub(crate) fn span(micros: i64) -> String {
    const UNITS: [(char, i64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
    let seconds = micros / 1_000_000;
    let (unit, size) = UNITS.iter().find(|(_, size)| seconds >= size * 2).unwrap_or(&('s', 1));
    format!("{}{unit}", seconds / size)
}

/// `once`, `3 times`.
pub(crate) fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}
