//! Seawall: the whole of Kubernetes security in one binary. This crate parses arguments, wires the rooms together,
//! prints and decides the exit code; it knows nothing about Kubernetes itself.

mod cli;
mod commands;
mod config;
mod output;
mod progress;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors to clap's exit code: 0; wrong usage: 2.
            let code = if error.use_stderr() { ExitStatus::Usage } else { ExitStatus::Clean };
            return error.print().map_or(ExitStatus::Usage.into(), |()| code.into());
        }
    };
    match commands::run(cli) {
        Ok(status) => status.into(),
        Err(error) if output::is_closed_pipe(&error) => ExitStatus::Clean.into(),
        Err(error) => {
            output::error(&error);
            ExitStatus::Usage.into()
        }
    }
}

/// What the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// Nothing at or above `--fail-on`.
    Clean,
    /// Findings at or above `--fail-on`.
    Findings,
    /// Wrong usage, or nothing readable.
    Usage,
    /// `--strict`, and something could not be evaluated.
    NotEvaluated,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        ExitCode::from(match status {
            ExitStatus::Clean => 0,
            ExitStatus::Findings => 1,
            ExitStatus::Usage => 2,
            ExitStatus::NotEvaluated => 3,
        })
    }
}
