//! `seawall rbac`

mod kubeconfig;
mod minimize;

use clap::{Args, Subcommand};

use crate::ExitStatus;

#[derive(Debug, Args)]
pub(crate) struct RbacArgs {
    #[command(subcommand)]
    command: RbacCommand,
}

#[derive(Debug, Subcommand)]
enum RbacCommand {
    /// Make the smallest roles that allow what an audit log shows
    Minimize(minimize::MinimizeArgs),
    /// Judge kubeconfigs: secrets in the file, verification, programs, life of certificates
    Kubeconfig(kubeconfig::KubeconfigArgs),
}

pub(super) fn run(args: &RbacArgs) -> anyhow::Result<ExitStatus> {
    match &args.command {
        RbacCommand::Minimize(args) => minimize::run(args),
        RbacCommand::Kubeconfig(args) => kubeconfig::run(args),
    }
}
