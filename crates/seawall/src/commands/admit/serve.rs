//! `seawall admit serve`

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;
use seawall_server::{CertificateSource, Desk, Events, Loaded, Metrics, Run, SystemClock};

use super::judges::JudgeArgs;
use super::named;
use crate::ExitStatus;

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    judges: JudgeArgs,
    #[cfg(feature = "cluster")]
    #[command(flatten)]
    follow: super::follow::FollowArgs,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    /// The certificate chain to serve, PEM; looked at again all the time
    #[arg(long, value_name = "FILE", requires = "tls_key", conflicts_with = "tls_dir")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A folder for a certificate authority of one's own; what the API server is to trust is its file `ca.crt`
    #[arg(long, value_name = "FOLDER", requires = "dns_name")]
    tls_dir: Option<PathBuf>,
    /// A Secret for a certificate authority of one's own, in the server's own namespace; webhooks that call `--service` are
    /// made to trust it. Writes to the cluster of the kubeconfig or of the pod that this runs in
    #[cfg(feature = "write")]
    #[arg(long, value_name = "NAME", requires = "dns_name", conflicts_with_all = ["tls_dir", "tls_cert"])]
    tls_secret: Option<String>,
    /// The service that the API server calls, for `--tls-secret`
    #[cfg(feature = "write")]
    #[arg(long, value_name = "NAME", default_value = "seawall")]
    service: String,
    /// A name under which the API server calls, for certificates of one's own; may be repeated
    #[arg(long, value_name = "NAME")]
    dns_name: Vec<String>,
    /// Append decisions to this file, one a line [default: standard error]
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
}

impl ServeArgs {
    #[cfg_attr(
        not(feature = "write"),
        allow(unused_variables, reason = "only the cluster asks for the namespace")
    )]
    fn certificates(&self, own_namespace: &str) -> anyhow::Result<CertificateSource> {
        #[cfg(feature = "write")]
        if let Some(secret) = &self.tls_secret {
            return Ok(CertificateSource::Cluster {
                access: seawall_cluster::Access::Context(None),
                namespace: own_namespace.to_owned(),
                secret: secret.clone(),
                service: self.service.clone(),
                names: self.dns_name.clone(),
            });
        }
        match (&self.tls_cert, &self.tls_key, &self.tls_dir) {
            (Some(certificate), Some(key), _) => {
                Ok(CertificateSource::Files { certificate: certificate.clone(), key: key.clone() })
            }
            (_, _, Some(path)) => {
                Ok(CertificateSource::Directory { path: path.clone(), names: self.dns_name.clone() })
            }
            _ => bail!("no certificate\nhint: `--tls-cert` and `--tls-key`, or `--tls-dir` and `--dns-name`"),
        }
    }

    fn events(&self) -> anyhow::Result<Box<dyn Write + Send>> {
        let Some(path) = &self.events else { return Ok(Box::new(io::stderr())) };
        let file = OpenOptions::new().append(true).create(true).open(path);
        Ok(Box::new(file.with_context(|| format!("events `{}`", path.display()))?))
    }
}

pub(super) fn run(args: &ServeArgs) -> anyhow::Result<ExitStatus> {
    #[cfg_attr(not(feature = "cluster"), allow(unused_mut, reason = "only a cluster is taken out of it"))]
    let mut configured = args.judges.configured()?;
    let own_namespace = &configured.config.admission.rules.exemptions.own_namespace;
    let certificates = args.certificates(own_namespace)?;
    let parts = args.judges.parts(&configured)?;
    #[cfg(feature = "cluster")]
    let (follow, cluster) = (args.follow, configured.take_cluster()?);
    #[cfg(feature = "cluster")]
    if follow.any() && cluster.is_none() {
        bail!("no cluster is followed\nhint: `--inventory cluster`");
    }
    let settings = &configured.config.admission;
    let (events, writer) = Events::to(args.events()?).context("events cannot be written")?;
    let metrics = Arc::new(Metrics::default());
    let desk = Desk::new(settings.rules.clone(), Arc::new(SystemClock), Arc::clone(&metrics), events);
    let server = Run {
        desk: Arc::new(desk),
        listen: args.listen,
        certificates,
        lifetimes: settings.lifetimes.clone(),
        limits: settings.limits,
    };
    plain_panics();
    let load = move |desk: &Desk| {
        if configured.is_blind() {
            named::blind(&configured.config.admission).iter().for_each(|text| say(text));
        }
        let inventory = configured.inventory().map_err(|error| format!("{error:#}"))?;
        #[cfg(feature = "cluster")]
        if let Some(context) = cluster {
            return Ok(Loaded::From(Box::new(follow.follow(context, inventory, parts, metrics, say))));
        }
        desk.set_inventory(inventory);
        parts.install(desk, &metrics);
        Ok(Loaded::Whole)
    };
    let finished = server.run(load, say)?;
    writer.finish();
    if !finished {
        say("stopped before all requests were answered");
    }
    Ok(ExitStatus::Clean)
}

/// A line about the server itself, between the events.
fn say(what: &str) {
    let line = serde_json::json!({"event": "server", "message": what});
    // When standard error is closed there is nobody left to tell.
    let _ = writeln!(io::stderr(), "{line}");
}

/// What a panic says may repeat a value of an object: only the place is told.
fn plain_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or(String::new(), |at| format!("{}:{}", at.file(), at.line()));
        let line = serde_json::json!({"event": "panic", "at": place});
        let _ = writeln!(io::stderr(), "{line}");
    }));
}
