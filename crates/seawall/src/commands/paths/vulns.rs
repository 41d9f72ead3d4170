//! `--vulns`: reports of scanners, joined to the images that run.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use seawall_core::ProblemSeverity;
use seawall_paths::{Model, Vulnerabilities};

use crate::output;

/// Longer files are no reports.
const MAX_BYTES: u64 = 1 << 30;

#[derive(Debug, Args)]
pub(super) struct VulnsArgs {
    /// Report of Trivy, Grype or CycloneDX as JSON: known flaws of what listens become ways in; may be repeated
    #[arg(long = "vulns", value_name = "FILE")]
    reports: Vec<PathBuf>,
}

impl VulnsArgs {
    /// Reads the reports; what was not understood is told unless `quiet`.
    pub(super) fn read(&self, quiet: bool) -> anyhow::Result<Vulnerabilities> {
        let mut vulnerabilities = Vulnerabilities::new();
        for path in &self.reports {
            let bytes = bytes(path).with_context(|| format!("cannot read `{}`", path.display()))?;
            let problems = vulnerabilities.read(&path.display().to_string(), &bytes);
            if let Some(problem) = problems.iter().find(|one| one.severity == ProblemSeverity::Error) {
                let place =
                    problem.position.map_or(String::new(), |at| format!(":{}:{}", at.line, at.column));
                bail!("in `{}{place}`: {}", path.display(), problem.message);
            }
            if !quiet {
                problems.iter().for_each(output::problem);
            }
        }
        Ok(vulnerabilities)
    }

    /// Joins reports to a model; images of reports that do not run are told unless `quiet`.
    pub(super) fn join(&self, model: &mut Model, quiet: bool) -> anyhow::Result<()> {
        if self.reports.is_empty() {
            return Ok(());
        }
        model.set_vulnerabilities(self.read(quiet)?);
        if !quiet {
            model.unused_reports().iter().for_each(output::problem);
        }
        Ok(())
    }
}

fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
