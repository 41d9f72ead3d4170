//! `seawall policy`: policies in Kubernetes' own language, outside the API server.

mod generate;
mod lint;
mod run;
mod subject;
mod test;
mod told;
mod world;

use clap::{Args, Subcommand};

#[cfg(feature = "admit")]
pub(super) use subject::SubjectArgs;
#[cfg(feature = "admit")]
pub(super) use world::{Policies, joined, policies};

use crate::ExitStatus;
use crate::cli::Color;

/// Policies in Kubernetes' own language.
#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// Judge objects by policies, as the API server would if they were created now
    Run(run::RunArgs),
    /// Run the pages on which policies and what is expected of them stand together
    Test(test::TestArgs),
    /// Find mistakes in policies themselves
    Lint(lint::LintArgs),
    /// Make policies of Seawall's checks, which the API server runs by itself
    Generate(generate::GenerateArgs),
}

pub(super) fn run(args: &PolicyArgs, color: Color) -> anyhow::Result<ExitStatus> {
    match &args.command {
        PolicyCommand::Run(args) => run::run(args, color),
        PolicyCommand::Test(args) => test::run(args, color),
        PolicyCommand::Lint(args) => lint::run(args, color),
        PolicyCommand::Generate(args) => generate::run(args),
    }
}
