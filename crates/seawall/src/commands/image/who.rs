//! Who must have signed: policies of files, or one that is made of the command line.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use seawall_image::signature::policy::{
    Attestation, Authority, ImagePolicy, Mode, Quantifier, Rule, predicate_type,
};
use seawall_image::signature::{Identity, LogEvidence, Matcher, PublicKey, Requirements, TrustedRoot};
use seawall_report::escape;

use crate::commands::registry::{image_policies, trusted_root};
use crate::config::read_text;

#[derive(Debug, Args)]
pub(super) struct WhoArgs {
    /// A file of policies (ClusterImagePolicy); those that are about the image must all be met; may be repeated
    #[arg(long, value_name = "FILE", conflicts_with_all = ["key", "certificate_identity", "certificate_identity_regexp"])]
    policy: Vec<PathBuf>,
    /// A public key (PEM) that must have signed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["certificate_identity", "certificate_identity_regexp"])]
    key: Option<PathBuf>,
    /// The name in the certificate that must have signed: a mail address, or the address of a workflow
    #[arg(long, value_name = "NAME")]
    certificate_identity: Option<String>,
    /// A regular expression for the whole of that name
    #[arg(long, value_name = "PATTERN", conflicts_with = "certificate_identity")]
    certificate_identity_regexp: Option<String>,
    /// Who vouched for that name: the address of the identity provider
    #[arg(long, value_name = "URL")]
    certificate_oidc_issuer: Option<String>,
    /// A regular expression for the whole of that address
    #[arg(long, value_name = "PATTERN", conflicts_with = "certificate_oidc_issuer")]
    certificate_oidc_issuer_regexp: Option<String>,
    /// Demand an attestation of this type instead of a signature: `slsaprovenance1`, `spdx`, `cyclonedx`, `vuln`, `openvex`
    /// or a URI; may be repeated
    #[arg(long = "type", value_name = "TYPE", conflicts_with = "policy")]
    attestation: Vec<String>,
    /// The trusted root (JSON): the authorities and logs of the sigstore instance that signs. Nothing is fetched for it
    #[arg(long, value_name = "FILE")]
    trusted_root: Option<PathBuf>,
    /// Take signatures that are in no transparency log; for keys
    #[arg(long, requires = "key", conflicts_with = "policy")]
    no_log: bool,
}

impl WhoArgs {
    /// The policies.
    ///
    /// # Errors
    /// When nobody is named, or a file cannot be read.
    pub(super) fn policies(&self) -> anyhow::Result<Vec<ImagePolicy>> {
        if !self.policy.is_empty() {
            let read = self.policy.iter().map(|file| image_policies(file)).collect::<Result<Vec<_>, _>>()?;
            return Ok(read.concat());
        }
        let (name, rule) = match &self.key {
            Some(file) => ("key", Rule::Key(key(file)?)),
            None => ("identity", Rule::Keyless(vec![self.identity()?])),
        };
        let attestation = |name: &String| Attestation {
            name: name.clone(),
            predicate_type: predicate_type(name).to_owned(),
        };
        if let Some(odd) = self.attestation.iter().find(|name| !predicate_type(name).contains(':')) {
            bail!(
                "`--type {}` is neither a type with a short name nor a URI\nhint: `slsaprovenance1`, `spdx`, `cyclonedx`, `vuln`, `openvex`, `link`, `custom`",
                escape(odd)
            );
        }
        let mut requirements = Requirements::default();
        if self.no_log {
            requirements.log = LogEvidence::NotNeeded;
        }
        let authority = Authority {
            name: name.to_owned(),
            rule,
            requirements,
            attestations: self.attestation.iter().map(attestation).collect(),
            not_understood: Vec::new(),
        };
        Ok(vec![ImagePolicy {
            name: "command-line".to_owned(),
            images: Vec::new(),
            mode: Mode::Enforce,
            quantifier: Quantifier::Any,
            authorities: vec![authority],
            not_understood: Vec::new(),
        }])
    }

    /// Whether patterns of images say which policies count.
    pub(super) fn has_patterns(&self) -> bool {
        !self.policy.is_empty()
    }

    /// The trusted root; an empty one where none of the policies needs any.
    ///
    /// # Errors
    /// When one is needed and not named, or cannot be read.
    pub(super) fn root(&self, policies: &[ImagePolicy]) -> anyhow::Result<TrustedRoot> {
        match &self.trusted_root {
            Some(file) => trusted_root(file),
            None if policies.iter().any(ImagePolicy::needs_root) => bail!(
                "certificates and logs are held against a trusted root, and none is named\nhint: `--trusted-root FILE`; {}",
                match self.policy.is_empty() {
                    true => "with `--key`, `--no-log` takes signatures that are in no log",
                    false => "an authority with a key whose signatures are in no log says `ctlog: {}`",
                }
            ),
            None => Ok(TrustedRoot::default()),
        }
    }

    fn identity(&self) -> anyhow::Result<Identity> {
        let subject = matcher(self.certificate_identity.as_ref(), self.certificate_identity_regexp.as_ref())?;
        let issuer =
            matcher(self.certificate_oidc_issuer.as_ref(), self.certificate_oidc_issuer_regexp.as_ref())?;
        match (subject, issuer) {
            (Some(subject), Some(issuer)) => Ok(Identity { subject, issuer }),
            (None, None) => bail!(
                "nobody is named who must have signed\nhint: `--policy FILE`, `--key FILE`, or `--certificate-identity NAME` with `--certificate-oidc-issuer URL`"
            ),
            _ => bail!(
                "a name counts only with who vouched for it\nhint: `--certificate-identity` and `--certificate-oidc-issuer` belong together"
            ),
        }
    }
}

fn matcher(exact: Option<&String>, pattern: Option<&String>) -> anyhow::Result<Option<Matcher>> {
    match (exact, pattern) {
        (Some(text), _) => Ok(Some(Matcher::Exact(text.clone()))),
        (None, Some(pattern)) => Ok(Some(Matcher::whole(pattern)?)),
        (None, None) => Ok(None),
    }
}

fn key(file: &Path) -> anyhow::Result<PublicKey> {
    let name = || format!("key `{}`", file.display());
    PublicKey::from_pem(&read_text(file).with_context(name)?).with_context(name)
}
