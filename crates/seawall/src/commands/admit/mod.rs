//! `seawall admit`

mod exemptions;
mod images;
mod judges;
mod manifests;
mod review;
mod serve;

use clap::{Args, Subcommand};

use crate::ExitStatus;

/// Admission.
#[derive(Debug, Args)]
pub(crate) struct AdmitArgs {
    #[command(subcommand)]
    command: AdmitCommand,
}

#[derive(Debug, Subcommand)]
enum AdmitCommand {
    /// Serve the webhook over HTTPS until SIGTERM or SIGINT
    Serve(serve::ServeArgs),
    /// Judge one AdmissionReview of a file and print the answer; exit with 1 when it is refused
    Review(review::ReviewArgs),
    /// List what is never judged, so that admission cannot stop a cluster from healing itself
    Exemptions(exemptions::ExemptionsArgs),
    /// Print the webhook configurations that make an API server ask
    Manifests(manifests::ManifestsArgs),
}

pub(super) fn run(args: &AdmitArgs) -> anyhow::Result<ExitStatus> {
    match &args.command {
        AdmitCommand::Serve(args) => serve::run(args),
        AdmitCommand::Review(args) => review::run(args),
        AdmitCommand::Exemptions(args) => exemptions::run(args),
        AdmitCommand::Manifests(args) => manifests::run(args),
    }
}
