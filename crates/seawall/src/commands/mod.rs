//! One file a command.

mod accepted;
#[cfg(feature = "admit")]
mod admit;
mod audit;
mod checks;
mod compare;
mod comply;
mod explain;
mod fix;
mod image;
mod live;
mod man;
mod markup;
mod network;
mod paths;
mod plan;
mod policy;
mod rbac;
mod registry;
mod rendering;
mod reports;
mod scan;
#[cfg(feature = "cluster")]
mod snapshot;
mod targets;
mod version;
mod waivers;

use std::io::{self, BufWriter, Write};

use clap::CommandFactory;

use crate::ExitStatus;
use crate::cli::{Cli, Command};

#[cfg(feature = "admit")]
pub(crate) use admit::AdmitArgs;
pub(crate) use compare::CompareArgs;
pub(crate) use comply::ComplyArgs;
pub(crate) use fix::FixArgs;
pub(crate) use image::ImageArgs;
pub(crate) use network::NetworkArgs;
pub(crate) use paths::PathsArgs;
pub(crate) use plan::PlanArgs;
pub(crate) use policy::PolicyArgs;
pub(crate) use rbac::RbacArgs;
pub(crate) use rendering::{RenderArgs, key_value, kube_version};
pub(crate) use reports::ReportFile;
#[cfg(feature = "cluster")]
pub(crate) use snapshot::SnapshotArgs;
pub(crate) use waivers::WaiversArgs;

/// Runs a command.
///
/// # Errors
/// When it cannot do its work at all, or standard output is closed.
pub(crate) fn run(cli: Cli) -> anyhow::Result<ExitStatus> {
    let color = cli.color;
    match cli.command {
        Command::Scan(args) => scan::run(&args, color),
        Command::Fix(args) => fix::run(&args, color),
        #[cfg(feature = "cluster")]
        Command::Snapshot(args) => snapshot::run(&args),
        Command::Explain(args) => explain::run(&args, color),
        Command::Checks(args) => checks::run(&args),
        Command::Comply(args) => comply::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Waivers(args) => waivers::run(&args),
        Command::Paths(args) => paths::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Policy(args) => policy::run(&args, color),
        Command::Rbac(args) => rbac::run(&args),
        Command::Network(args) => network::run(&args, color),
        #[cfg(feature = "admit")]
        Command::Admit(args) => admit::run(&args, color),
        Command::Image(args) => image::run(&args),
        Command::Version => version::run(),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "seawall", &mut script);
            print(&script)
        }
        Command::Man { command } => man::run(command.as_deref()),
    }
}

/// Writes data to standard output in one go.
fn print(data: &[u8]) -> anyhow::Result<ExitStatus> {
    let mut out = BufWriter::new(io::stdout().lock());
    out.write_all(data)?;
    out.flush()?;
    Ok(ExitStatus::Clean)
}
