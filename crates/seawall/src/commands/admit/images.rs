//! What is demanded of images at admission: policies, the trusted root, and the way to registries.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;
use seawall_core::{ImageDigest, ImageReference};
use seawall_image::signature::policy::ImagePolicy;
use seawall_image::signature::{Cause, Found, Gap, SourceError, TrustedRoot};
use seawall_server::{
    Asking, Changer, ImagePins, ImagePolicies, ImageSettings, ImageStore, Images, Judge, Judges, SystemClock,
};

use crate::commands::registry::{NOT_ASKED, RegistryArgs, image_policies, trusted_root};
use crate::config::read_text;

#[derive(Debug, Args)]
pub(super) struct ImageArgs {
    /// Policies over images to judge by (ClusterImagePolicy), beside those of `admission.images`; may be repeated
    #[arg(long, value_name = "FILE")]
    image_policies: Vec<PathBuf>,
    /// The trusted root (JSON) that signatures are held against
    #[arg(long, value_name = "FILE")]
    trusted_root: Option<PathBuf>,
    #[command(flatten)]
    registry: RegistryArgs,
}

impl ImageArgs {
    /// Who judges and pins images, as the configuration and the command line ask for it; nobody where they do not.
    ///
    /// # Errors
    /// When a file cannot be read, or a policy is not understood.
    pub(super) fn judges(
        &self,
        settings: Option<&ImageSettings>,
    ) -> anyhow::Result<(Judges, Option<Arc<dyn Changer>>)> {
        let default = ImageSettings::default();
        let settings = settings.unwrap_or(&default);
        let policies = self.policies(settings)?;
        if policies.is_empty() && settings.pin.is_none() {
            return Ok((Judges::new(), None));
        }
        let root = self.root(settings, &policies)?;
        let (store, clock) = (self.store(settings, &policies)?, Arc::new(SystemClock));
        let verifies = !policies.is_empty();
        let images = Images::start(store, policies, root, settings.bounds, clock);
        let images = images.context("threads for lookups could not be started")?;
        let pins = settings.pin.clone();
        let pins = pins.map(|pin| Arc::new(ImagePins::new(Arc::clone(&images), pin)) as Arc<dyn Changer>);
        let judges = verifies.then(|| Arc::new(ImagePolicies::new(images)) as Arc<dyn Judge>);
        Ok((judges.into_iter().collect(), pins))
    }

    /// The ids of the policies over images.
    ///
    /// # Errors
    /// When one of them is not understood.
    pub(super) fn names(&self, settings: Option<&ImageSettings>) -> anyhow::Result<Vec<String>> {
        let default = ImageSettings::default();
        let policies = self.policies(settings.unwrap_or(&default))?;
        Ok(policies.into_iter().map(|policy| format!("image-signature/{}", policy.name)).collect())
    }

    fn policies(&self, settings: &ImageSettings) -> anyhow::Result<Vec<ImagePolicy>> {
        let read = |file: &str| read_text(&settings.path(file)).map_err(|error| format!("{error:#}"));
        let mut policies = Vec::new();
        for written in settings.policies.iter().cloned() {
            let name = written.name().to_owned();
            policies.push(written.with_keys(read).with_context(|| format!("image policy `{name}`"))?);
        }
        let named = settings.policy_files.iter().map(|file| settings.path(file));
        for file in named.chain(self.image_policies.iter().cloned()) {
            policies.extend(image_policies(&file)?);
        }
        let mut names: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
        names.sort_unstable();
        if let Some([twice, _]) = names.array_windows::<2>().find(|[one, two]| one == two) {
            bail!("two policies over images are called `{twice}`, and modes go by names");
        }
        Ok(policies)
    }

    fn root(&self, settings: &ImageSettings, policies: &[ImagePolicy]) -> anyhow::Result<TrustedRoot> {
        let configured = settings.trusted_root.as_ref().map(|file| settings.path(file));
        match self.trusted_root.clone().or(configured) {
            Some(file) => trusted_root(&file),
            None => match policies.iter().find(|policy| policy.needs_root()) {
                Some(policy) => bail!(
                    "image policy `{}` asks for certificates or logs, and there is no trusted root\nhint: `--trusted-root FILE`, or `trustedRoot` in `admission.images`; a key whose signatures are in no log says `ctlog: {{}}`",
                    policy.name
                ),
                None => Ok(TrustedRoot::default()),
            },
        }
    }

    /// Who is asked; a build that asks nobody evaluates nothing.
    #[cfg_attr(
        not(feature = "registry"),
        allow(unused_variables, reason = "they say how registries are asked")
    )]
    fn store(
        &self,
        settings: &ImageSettings,
        policies: &[ImagePolicy],
    ) -> anyhow::Result<Arc<dyn ImageStore>> {
        #[cfg(feature = "registry")]
        if self.registry.may_ask() {
            use seawall_image::signature::policy::Glob;

            use crate::commands::registry::{Known, Reach};
            let credentials = settings.credentials.as_ref().map(|file| settings.path(file));
            let hosts = settings.registries.iter().map(|(host, known)| {
                let authorities = known.authorities.as_ref().map(|file| settings.path(file));
                (host.clone(), Known { mirrors: known.mirrors.clone(), plain: known.plain, authorities })
            });
            // A policy that asks nobody for signatures says who is not to be trusted as well.
            let asking = policies.iter().filter(|policy| policy.fixed_verdict().is_none());
            let patterns = asking.flat_map(|policy| &policy.images);
            let patterns = patterns.chain(settings.pin.iter().flat_map(|pin| &pin.images));
            let named = patterns.filter_map(Glob::host).map(str::to_owned).collect();
            let reach = Reach::Requests { private: settings.private_addresses, named };
            let client = self.registry.client(credentials.as_deref(), hosts, reach)?;
            return Ok(Arc::new(Open(client)));
        }
        Ok(Arc::new(Closed))
    }
}

/// Registries that are not asked.
struct Closed;

impl ImageStore for Closed {
    fn is_named(&self, _: &str) -> bool {
        true
    }

    fn resolve<'a>(&'a self, _: &'a ImageReference<'a>) -> Asking<'a, Result<ImageDigest, Gap>> {
        Box::pin(async { Err(not_asked()) })
    }

    fn signatures<'a>(
        &'a self,
        _: &'a ImageReference<'a>,
        _: ImageDigest,
    ) -> Asking<'a, Result<Found, SourceError>> {
        Box::pin(async { Err(SourceError::Unreachable(not_asked())) })
    }
}

fn not_asked() -> Gap {
    Gap::new(Cause::Here, NOT_ASKED)
}

/// Registries.
#[cfg(feature = "registry")]
struct Open(seawall_registry::Registry);

#[cfg(feature = "registry")]
impl ImageStore for Open {
    fn is_named(&self, registry: &str) -> bool {
        self.0.is_named(registry)
    }

    fn resolve<'a>(&'a self, image: &'a ImageReference<'a>) -> Asking<'a, Result<ImageDigest, Gap>> {
        Box::pin(async { self.0.resolve(image).await.map_err(Gap::from) })
    }

    fn signatures<'a>(
        &'a self,
        image: &'a ImageReference<'a>,
        digest: ImageDigest,
    ) -> Asking<'a, Result<Found, SourceError>> {
        Box::pin(self.0.signatures(image, digest))
    }
}
