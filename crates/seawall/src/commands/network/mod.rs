//! `seawall network`

mod can;
mod conn;
mod diff;
mod ends;
mod exposure;
mod generate;
mod lint;
mod list;
mod map;
mod mesh;
mod meshed;
mod place;
mod render;
mod why;

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
    /// Every connection that policies allow, by workload
    List(list::ListArgs),
    /// Whether one connection is allowed; exit code 1 when it is not
    Can(ends::QuestionArgs),
    /// Why a connection is allowed or denied: every rule that decided, with file and line
    Explain(ends::QuestionArgs),
    /// What is allowed in one state and not in another
    Diff(diff::DiffArgs),
    /// What can be reached from outside: entry point, workload and port, and whether policies let it through
    Exposure(exposure::ExposureArgs),
    /// What is wrong with policies: those that do nothing, or less or more than they seem to
    Lint(lint::LintArgs),
    /// Draw who can reach whom
    Map(map::MapArgs),
    /// The least policies that allow what objects declare and flows show, proven
    Generate(generate::GenerateArgs),
    /// What Istio guards: who is in the mesh, who takes plaintext, which policies hold, and what gets around them
    Mesh(mesh::MeshArgs),
}

pub(crate) fn run(args: &NetworkArgs, color: Color) -> anyhow::Result<ExitStatus> {
    match &args.command {
        NetworkCommand::List(args) => list::run(args),
        NetworkCommand::Can(args) => can::run(args),
        NetworkCommand::Explain(args) => why::run(args),
        NetworkCommand::Diff(args) => diff::run(args),
        NetworkCommand::Exposure(args) => exposure::run(args),
        NetworkCommand::Lint(args) => lint::run(args, color),
        NetworkCommand::Map(args) => map::run(args),
        NetworkCommand::Generate(args) => generate::run(args),
        NetworkCommand::Mesh(args) => mesh::run(args, color),
    }
}

/// Reads `--cni`.
pub(super) fn profile(text: &str) -> Result<Profile, String> {
    text.parse().map_err(|error: seawall_network::UnknownProfile| error.to_string())
}
