//! `seawall admit manifests`

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use seawall_server::{Hook, Manifests};

use super::judges::configuration;
use crate::ExitStatus;
use crate::config::read_text;

#[derive(Debug, Args)]
pub(super) struct ManifestsArgs {
    /// The service that the server is behind
    #[arg(long, value_name = "NAME", default_value = "seawall")]
    service: String,
    /// The port of the service
    #[arg(long, value_name = "PORT", default_value_t = 443)]
    port: u16,
    /// What the API server is to trust, PEM: `ca.crt` of `--tls-dir`; without it `caBundle` is empty, to be filled in
    #[arg(long, value_name = "FILE")]
    ca_bundle: Option<PathBuf>,
    /// Configuration file, for the exemptions [default: `seawall.yaml` in this folder or one above]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &ManifestsArgs) -> anyhow::Result<ExitStatus> {
    let admission = configuration(args.config.as_deref())?.admission;
    let exemptions = admission.rules.exemptions;
    let pins = admission.images.is_some_and(|images| images.pin.is_some());
    let bundle = args.ca_bundle.as_deref();
    let read =
        |path: &std::path::Path| read_text(path).with_context(|| format!("bundle `{}`", path.display()));
    let manifests = Manifests {
        service: args.service.clone(),
        namespace: exemptions.own_namespace.clone(),
        port: args.port,
        bundle: bundle.map(read).transpose()?,
        hooks: pins.then_some(Hook::Mutate).into_iter().chain([Hook::Validate]).collect(),
        exemptions,
    };
    crate::commands::print(manifests.to_yaml().as_bytes())
}
