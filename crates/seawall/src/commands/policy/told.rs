//! How what was found about policies, or by them, is told: formats, files, waivers, exit status.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::Args;
use seawall_checks::Evaluation;
use seawall_report::{Format, RenderOptions, Report, render};
use seawall_sources::Loaded;

use crate::ExitStatus;
use crate::cli::{Color, FailOn, fail_on, format};
use crate::commands::accepted::Accepted;
use crate::commands::{ReportFile, reports, scan};
use crate::config::{self, Config};
use crate::output;

#[derive(Debug, Args)]
pub(super) struct ToldArgs {
    /// Output format
    #[arg(short, long, value_parser = format(), default_value = "table", value_name = "FORMAT")]
    output: Format,
    /// Write a report into a file as well, for example `sarif=policies.sarif`; may be repeated
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    reports: Vec<ReportFile>,
    /// Exit with 1 when a finding is at least this severe; `none` never does [default: high]
    #[arg(long, value_parser = fail_on(), value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    /// Exit with 3 when something could not be read or judged
    #[arg(long)]
    strict: bool,
    /// File of accepted findings [default: `seawall-waivers.yaml` in this folder or one above]
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
    /// Configuration file [default: `seawall.yaml` in this folder or one above]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print findings and errors only
    #[arg(short, long)]
    pub(super) quiet: bool,
}

impl ToldArgs {
    /// The configuration and what was accepted, read before anything else.
    ///
    /// # Errors
    /// When one of them is not understood, or a report could not be written.
    pub(super) fn begin(&self) -> anyhow::Result<(Config, Accepted)> {
        reports::check(&self.reports)?;
        let config = config::load(self.config.as_deref())?;
        let accepted = Accepted::load(self.waivers.as_deref(), true, &config)?;
        Ok((config, accepted))
    }

    /// Writes all reports; the status of the run.
    ///
    /// # Errors
    /// When one could not be written.
    pub(super) fn tell(
        &self,
        loaded: &Loaded,
        evaluation: &Evaluation,
        config: &Config,
        color: Color,
    ) -> anyhow::Result<ExitStatus> {
        let report = Report {
            inputs: &scan::inputs(loaded),
            inventory: &loaded.inventory,
            evaluation,
            problems: &loaded.problems,
            baseline: None,
            timings: None,
        };
        let options = RenderOptions {
            color: output::use_color(color),
            width: output::width(),
            quiet: self.quiet,
            time: None,
        };
        // Files first: whoever reads standard output may go away.
        let written = reports::write(&self.reports, &report, &options);
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        render(&report, self.output, &options, &mut out)?;
        out.flush()?;
        written?;
        let fail_on =
            self.fail_on.or(config.fail_on).unwrap_or(FailOn::AtLeast(seawall_core::Severity::High));
        let strict = self.strict || config.strict;
        Ok(scan::status(evaluation, fail_on, strict && !scan::is_whole(evaluation, loaded)))
    }
}
