//! `seawall admit`

mod defaults;
mod exemptions;
#[cfg(feature = "cluster")]
mod follow;
mod images;
mod judges;
mod manifests;
mod named;
mod preview;
mod review;
mod serve;

use clap::{Args, Subcommand};

use crate::ExitStatus;
use crate::cli::Color;

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
    /// Say what a stricter mode would refuse or warn about: of objects as if they were created now, or of an audit log; exit
    /// with 1 when something would be refused
    Preview(preview::PreviewArgs),
    /// Show which secure defaults new pods get, as a diff of what makes them
    Defaults(defaults::DefaultsArgs),
    /// List what is never judged, so that admission cannot stop a cluster from healing itself
    Exemptions(exemptions::ExemptionsArgs),
    /// Print the webhook configurations that make an API server ask
    Manifests(manifests::ManifestsArgs),
}

pub(super) fn run(args: &AdmitArgs, color: Color) -> anyhow::Result<ExitStatus> {
    match &args.command {
        AdmitCommand::Serve(args) => serve::run(args),
        AdmitCommand::Review(args) => review::run(args),
        AdmitCommand::Preview(args) => preview::run(args),
        AdmitCommand::Defaults(args) => defaults::run(args, color),
        AdmitCommand::Exemptions(args) => exemptions::run(args),
        AdmitCommand::Manifests(args) => manifests::run(args),
    }
}
