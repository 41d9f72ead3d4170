//! The way to registries: what the command line, the configuration and the environment say of it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;

use crate::config::read_text;

/// How registries are asked.
#[derive(Debug, Args)]
pub(super) struct RegistryArgs {
    /// Credentials for registries, as Docker keeps them (`config.json`) and image pull secrets hold them; programs that it
    /// names are not run
    #[arg(long, value_name = "FILE")]
    registry_config: Option<PathBuf>,
    /// Ask no registry: what only one could say is not evaluated
    #[arg(long)]
    pub(super) offline: bool,
}

/// What a build without this says, and what `--offline` says.
pub(super) const NOT_ASKED: &str = if cfg!(feature = "registry") {
    "registries are not asked (`--offline`)"
} else {
    "this build asks no registries"
};

/// Which registries may be asked.
#[cfg(feature = "registry")]
pub(super) enum Reach {
    /// A person asks, of this machine too.
    Person,
    /// Whoever makes a pod names its images: what runs beside the server is nobody's registry unless it is configured.
    Requests {
        /// Whether registries that are not configured may have private addresses.
        private: bool,
        /// Registries that patterns name.
        named: std::collections::BTreeSet<String>,
    },
}

/// What is known of a registry.
#[derive(Debug, Default)]
#[cfg_attr(not(feature = "registry"), allow(dead_code, reason = "nobody asks"))]
pub(super) struct Known {
    pub(super) mirrors: Vec<String>,
    pub(super) plain: bool,
    pub(super) authorities: Option<PathBuf>,
}

impl RegistryArgs {
    /// Whether registries can be asked at all.
    pub(super) fn may_ask(&self) -> bool {
        cfg!(feature = "registry") && !self.offline
    }

    /// A client, by what the configuration says: the file of credentials, and what it knows of hosts.
    ///
    /// # Errors
    /// When a file cannot be read, or is not understood.
    #[cfg(feature = "registry")]
    pub(super) fn client(
        &self,
        credentials: Option<&Path>,
        hosts: impl IntoIterator<Item = (String, Known)>,
        reach: Reach,
    ) -> anyhow::Result<seawall_registry::Registry> {
        use seawall_registry::{Credentials, Host, Options};
        let mut options = Options { proxy: proxy(), ..Options::default() };
        match reach {
            Reach::Person => options.loopback = true,
            Reach::Requests { private, named } => {
                (options.public_only, options.named) = (!private, named);
            }
        }
        if let Some(file) = self.registry_config.as_deref().or(credentials) {
            let name = || format!("credentials `{}`", file.display());
            options.credentials =
                Credentials::read(&read_text(file).with_context(name)?).with_context(name)?;
            for program in options.credentials.programs() {
                let note = format!(
                    "{}: {program}: programs are not run, so nothing is known of who asks there",
                    name()
                );
                crate::output::note(&note);
            }
        }
        for (name, known) in hosts {
            let file = known.authorities.as_deref();
            let read =
                |file: &Path| read_text(file).with_context(|| format!("authorities `{}`", file.display()));
            let host =
                Host { mirrors: known.mirrors, plain: known.plain, authorities: file.map(read).transpose()? };
            options.hosts.insert(name, host);
        }
        Ok(seawall_registry::Registry::new(options)?)
    }
}

/// The proxy that the environment names for HTTPS, and for whom it is not.
#[cfg(feature = "registry")]
#[allow(clippy::disallowed_methods, reason = "the binary may read the environment")]
fn proxy() -> Option<(String, String)> {
    let of = |names: [&str; 2]| {
        names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    };
    let proxy = of(["HTTPS_PROXY", "https_proxy"])?;
    let proxy = if proxy.contains("://") { proxy } else { format!("http://{proxy}") };
    Some((proxy, of(["NO_PROXY", "no_proxy"]).unwrap_or_default()))
}

/// The trusted root in a file.
///
/// # Errors
/// When it cannot be read, or is none.
pub(super) fn trusted_root(file: &Path) -> anyhow::Result<seawall_image::signature::TrustedRoot> {
    let name = || format!("trusted root `{}`", file.display());
    let text = read_text(file).with_context(name)?;
    let limits = seawall_image::signature::Limits::default();
    seawall_image::signature::TrustedRoot::read(&text, &limits).with_context(name)
}

/// The policies over images in a file; what is not understood in one is printed, and it does not verify anything.
///
/// # Errors
/// When it cannot be read, or holds none.
pub(super) fn image_policies(
    file: &Path,
) -> anyhow::Result<Vec<seawall_image::signature::policy::ImagePolicy>> {
    let name = || format!("policies `{}`", file.display());
    let text = seawall_yaml::Text::new(read_text(file).with_context(name)?);
    let (policies, problems) =
        seawall_image::signature::policy::import::read_policies(&text, &seawall_yaml::Limits::default());
    let shown: std::sync::Arc<str> = file.display().to_string().into();
    problems.into_iter().for_each(|problem| crate::output::problem(&problem.in_file(&shown)));
    if policies.is_empty() {
        bail!("{}: there is no ClusterImagePolicy in it", name());
    }
    Ok(policies)
}
