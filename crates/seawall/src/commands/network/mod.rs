//! `seawall network`

mod exposure;
mod lint;
mod map;
mod place;

use clap::{Args, Subcommand};
use seawall_network::Profile;

use crate::ExitStatus;
use crate::cli::Color;

#[derive(Debug, Args)]
pub(crate) struct NetworkArgs {
    #[command(subcommand)]
    command: NetworkCommand,
}

#[derive(Debug, Subcommand)]
enum NetworkCommand {
    /// What can be reached from outside: entry point, workload and port, and whether policies let it through
    Exposure(exposure::ExposureArgs),
    /// What is wrong with policies: those that do nothing, or less or more than they seem to
    Lint(lint::LintArgs),
    /// Draw who can reach whom
    Map(map::MapArgs),
}

pub(crate) fn run(args: &NetworkArgs, color: Color) -> anyhow::Result<ExitStatus> {
    match &args.command {
        NetworkCommand::Exposure(args) => exposure::run(args),
        NetworkCommand::Lint(args) => lint::run(args, color),
        NetworkCommand::Map(args) => map::run(args),
    }
}

/// Reads `--cni`.
fn profile(text: &str) -> Result<Profile, String> {
    text.parse().map_err(|error: seawall_network::UnknownProfile| error.to_string())
}
