//! `seawall image`

mod layout;
mod report;
mod verify;
mod who;

use clap::{Args, Subcommand};

use crate::ExitStatus;

/// Images.
#[derive(Debug, Args)]
pub(crate) struct ImageArgs {
    #[command(subcommand)]
    command: ImageCommand,
}

#[derive(Debug, Subcommand)]
enum ImageCommand {
    /// Verify who signed an image of a registry or of a folder; exit with 1 when it is refused, with 3 when nobody can say
    Verify(verify::VerifyArgs),
}

pub(super) fn run(args: &ImageArgs) -> anyhow::Result<ExitStatus> {
    match &args.command {
        ImageCommand::Verify(args) => verify::run(args),
    }
}
