//! `seawall image verify`

use anyhow::{Context as _, bail};
use clap::Args;
use seawall_core::{ImageDigest, ImageReference};
use seawall_image::signature::policy::{ImagePolicy, Verdict};
use seawall_image::signature::{Found, Limits, SourceError};
use seawall_report::escape;

use super::layout::InFolder;
use super::report;
use super::who::WhoArgs;
use crate::ExitStatus;
use crate::commands::registry::{NOT_ASKED, RegistryArgs};

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// An image of a registry, or a folder in the OCI image layout; `:TAG` or `@DIGEST` says which image of a folder
    #[arg(value_name = "IMAGE")]
    image: String,
    #[command(flatten)]
    who: WhoArgs,
    /// What the image of a folder is called, for the patterns of policies; without it all policies count
    #[arg(long, value_name = "IMAGE")]
    name: Option<String>,
    /// Verify the image for a platform, such as `linux/arm64`, and not what the name means for all platforms
    #[arg(long, value_name = "OS/ARCHITECTURE")]
    platform: Option<String>,
    /// A registry that speaks HTTP without TLS, `HOST[:PORT]`; those on this machine need not be named. May be repeated
    #[arg(long, value_name = "HOST")]
    plain_http: Vec<String>,
    #[command(flatten)]
    registry: RegistryArgs,
}

/// What was found out about an image.
pub(super) struct Asked<'a> {
    pub(super) image: &'a str,
    pub(super) digest: ImageDigest,
    pub(super) found: Result<Found, SourceError>,
}

pub(super) fn run(args: &VerifyArgs) -> anyhow::Result<ExitStatus> {
    let policies = args.who.policies()?;
    let root = args.who.root(&policies)?;
    let failed = || format!("`{}`", escape(&args.image));
    let (name, (digest, found)) = match InFolder::of(&args.image) {
        Some(_) if args.platform.is_some() => {
            bail!("`--platform` is for registries; in a folder `@DIGEST` says which image is meant")
        }
        Some(folder) => (args.name.as_deref(), folder.read().with_context(failed)?),
        None => (Some(args.image.as_str()), args.of_registry().with_context(failed)?),
    };
    let policies = about(policies, name.filter(|_| args.who.has_patterns()))?;
    let asked = Asked { image: &args.image, digest, found };
    let limits = Limits::default();
    let verdicts: Vec<(&ImagePolicy, Verdict)> =
        policies.iter().map(|policy| (policy, policy.judge(digest, &asked.found, &root, &limits))).collect();
    crate::commands::print(report::text(&asked, &verdicts, &root, &limits).as_bytes())?;
    let any = |is: fn(&Verdict) -> bool| verdicts.iter().any(|(_, verdict)| is(verdict));
    Ok(if any(|verdict| matches!(verdict, Verdict::Refused { .. })) {
        ExitStatus::Findings
    } else if any(|verdict| matches!(verdict, Verdict::NotEvaluated(_))) {
        ExitStatus::NotEvaluated
    } else {
        ExitStatus::Clean
    })
}

/// The policies that are about an image of this name.
fn about(mut policies: Vec<ImagePolicy>, name: Option<&str>) -> anyhow::Result<Vec<ImagePolicy>> {
    let Some(name) = name else { return Ok(policies) };
    let Some(reference) = ImageReference::parse(name) else { bail!("`{}` is no image", escape(name)) };
    policies.retain(|policy| policy.covers(&reference));
    if policies.is_empty() {
        bail!("no policy is about `{}`, so nobody need have signed it", escape(name));
    }
    Ok(policies)
}

impl VerifyArgs {
    #[cfg(feature = "registry")]
    fn of_registry(&self) -> anyhow::Result<(ImageDigest, Result<Found, SourceError>)> {
        use crate::commands::registry::{Known, Reach};
        use seawall_core::registry_host;
        let image = self.reference()?;
        let platform = self.platform.as_deref().map(str::parse).transpose().map_err(anyhow::Error::msg)?;
        let plain = |host: &String| (registry_host(host), Known { plain: true, ..Known::default() });
        let client = self.registry.client(None, self.plain_http.iter().map(plain), Reach::Person)?;
        seawall_registry::block_on(async {
            let mut digest = client.resolve(&image).await?;
            if let Some(platform) = &platform {
                digest = client.for_platform(&image, digest, platform).await?;
            }
            Ok((digest, client.signatures(&image, digest).await))
        })?
    }

    #[cfg(not(feature = "registry"))]
    fn of_registry(&self) -> anyhow::Result<(ImageDigest, Result<Found, SourceError>)> {
        self.reference()?;
        bail!("{NOT_ASKED}")
    }

    fn reference(&self) -> anyhow::Result<ImageReference<'_>> {
        if self.image.contains('/') && std::path::Path::new(&self.image).is_dir() {
            bail!("the folder is not in the OCI image layout: there is no `oci-layout` in it");
        }
        if !self.registry.may_ask() {
            bail!("{NOT_ASKED}\nhint: save the image with its signatures into a folder, and name that");
        }
        let reference = ImageReference::parse(&self.image).filter(ImageReference::is_well_formed);
        reference.context("is no image that a registry could hold, and no folder")
    }
}
