//! `seawall admit manifests`

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use seawall_policy::vap::ResourceRule;
use seawall_report::escape;
use seawall_server::tls::trusted;
use seawall_server::{Changed, Manifests, Pods};

use crate::ExitStatus;
use crate::config::{self, read_text};

#[derive(Debug, Args)]
pub(super) struct ManifestsArgs {
    /// The service that the server is behind
    #[arg(long, value_name = "NAME", default_value = "seawall")]
    service: String,
    /// The port of the service
    #[arg(long, value_name = "PORT", default_value_t = 443)]
    port: u16,
    /// Where the server is found that is behind no service, for example one beside the API server
    #[arg(long, value_name = "https://HOST:PORT", conflicts_with_all = ["service", "port"])]
    url: Option<String>,
    /// What the API server is to trust, PEM: `ca.crt` of `--tls-dir`; without it `caBundle` is left out, for the server
    /// (`--tls-secret`) or somebody else to fill in
    #[arg(long, value_name = "FILE")]
    ca_bundle: Option<PathBuf>,
    /// Policies whose changes are to be asked for (MutatingAdmissionPolicy and its bindings): files or folders; may be
    /// repeated
    #[arg(long, value_name = "PATH")]
    policies: Vec<String>,
    /// Configuration file, for the exemptions and defaults [default: `seawall.yaml` in this folder or one above]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(args: &ManifestsArgs) -> anyhow::Result<ExitStatus> {
    let settings = config::load(args.config.as_deref())?.admission;
    let exemptions = settings.rules.exemptions;
    let images = settings.images.is_some_and(|images| images.pin.is_some());
    let bundle = args.ca_bundle.as_deref();
    let read = |path: &std::path::Path| {
        let text = read_text(path).with_context(|| format!("bundle `{}`", path.display()))?;
        trusted(&text).with_context(|| format!("bundle `{}`", path.display()))
    };
    if let Some(url) = &args.url {
        // What the API server takes: no user, query or fragment, and the path is ours.
        let rest = url.strip_prefix("https://").map(|rest| rest.strip_suffix('/').unwrap_or(rest));
        if rest.is_none_or(|rest| rest.is_empty() || rest.contains(['/', '?', '#', '@', ' '])) {
            bail!("`--url {}` is no `https://HOST:PORT`", escape(url));
        }
    }
    let pods = match settings.defaults {
        None => Pods::None,
        Some(rules) if rules.iter().all(|rule| rule.apply.is_empty()) => Pods::Labelled,
        Some(_) => Pods::All,
    };
    let manifests = Manifests {
        service: args.service.clone(),
        namespace: exemptions.own_namespace.clone(),
        port: args.port,
        url: args.url.clone(),
        bundle: bundle.map(read).transpose()?,
        changed: Changed { policies: changed(&args.policies)?, pods, images },
        exemptions,
    };
    crate::commands::print(manifests.to_yaml().as_bytes())
}

/// What policies that change objects speak about.
fn changed(paths: &[String]) -> anyhow::Result<Vec<ResourceRule>> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let read = crate::commands::policy::policies(paths, None)?;
    read.problems.iter().for_each(crate::output::problem);
    Ok(read.set.mutated())
}
