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
    /// What the API server is to trust, PEM: `ca.crt` of `--tls-dir`; without it `caBundle` is left out, for the server
    /// (`--tls-secret`) or somebody else to fill in
    #[arg(long, value_name = "FILE")]
    ca_bundle: Option<PathBuf>,
    /// Configuration file, for the exemptions [default: `seawall.yaml` in this folder or one above]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &ManifestsArgs) -> anyhow::Result<ExitStatus> {
    let exemptions = configuration(args.config.as_deref())?.admission.rules.exemptions;
    let bundle = args.ca_bundle.as_deref();
    let read =
        |path: &std::path::Path| read_text(path).with_context(|| format!("bundle `{}`", path.display()));
    let manifests = Manifests {
        service: args.service.clone(),
        namespace: exemptions.own_namespace.clone(),
        port: args.port,
        bundle: bundle.map(read).transpose()?,
        hooks: vec![Hook::Validate],
        exemptions,
    };
    crate::commands::print(manifests.to_yaml().as_bytes())
}
