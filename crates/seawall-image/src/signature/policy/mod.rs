//! Who must have signed which images.
//!
//! A policy has patterns of images and authorities. Source of the words: `sigstore/policy-controller`, ClusterImagePolicy,
//! which [`import`] reads. What is not understood in a policy makes it `NotEvaluated`, never passed.

mod cache;
mod glob;
pub mod import;
mod judge;
mod kept;
mod verdict;

pub use cache::{CacheBounds, VerdictCache};
pub use glob::{Glob, GlobError};
pub use kept::Kept;
pub use verdict::{Accepted, Verdict};

use super::key::{PublicKey, sha256};
use super::root::TrustedRoot;
use super::{Identity, Requirements};

/// A policy over images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImagePolicy {
    /// What it is called.
    pub name: String,
    /// Which images it is about.
    pub images: Vec<Glob>,
    /// Whether a refusal denies or warns.
    pub mode: Mode,
    /// How many of the authorities must accept an image.
    pub quantifier: Quantifier,
    /// Who may vouch for an image.
    pub authorities: Vec<Authority>,
    /// What is not understood of the policy as a whole.
    pub not_understood: Vec<String>,
}

/// What a refusal does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It denies.
    #[default]
    Enforce,
    /// It warns.
    Warn,
}

/// How many must accept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quantifier {
    /// One.
    #[default]
    Any,
    /// Every one.
    All,
}

/// Somebody who may vouch for images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// What it is called.
    pub name: String,
    /// Who it is.
    pub rule: Rule,
    /// How much evidence is demanded.
    pub requirements: Requirements,
    /// What must be attested. With any, attestations are asked for and a signature alone is not.
    pub attestations: Vec<Attestation>,
    /// What is not understood of it.
    pub not_understood: Vec<String>,
}

/// Who an authority is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Whoever has the private key.
    Key(PublicKey),
    /// One of these, by a certificate.
    Keyless(Vec<Identity>),
    /// Every image passes.
    Pass,
    /// No image passes.
    Fail {
        /// Why.
        message: String,
    },
    /// Somebody of a kind that is not supported; `not_understood` says which.
    Unknown,
}

/// A statement that must be made about an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// What it is called.
    pub name: String,
    /// The type of its predicate, as a URI.
    pub predicate_type: String,
}

/// What a verdict depends on beside the image: policy and trusted root. Only for comparing within a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyHash([u8; 32]);

impl PolicyHash {
    /// The hash of a policy under a trusted root.
    pub fn of(policy: &ImagePolicy, root: &TrustedRoot) -> Self {
        // Every field of both is in their debug form.
        let bytes = sha256(format!("{policy:?}\n{root:?}").as_bytes());
        PolicyHash(bytes.try_into().unwrap_or_default())
    }

    /// The hash of the policy for images of one repository: signatures that lie in one are not looked for in another.
    #[must_use]
    pub fn within(self, repository: &str) -> Self {
        let bytes = sha256(&[&self.0, repository.as_bytes()].concat());
        PolicyHash(bytes.try_into().unwrap_or_default())
    }
}

/// The URI of a predicate type that has a short name (`sigstore/cosign`, `predicate` of `attest`); others are URIs already.
pub fn predicate_type(name: &str) -> &str {
    match name {
        "custom" => "https://cosign.sigstore.dev/attestation/v1",
        "slsaprovenance" | "slsaprovenance02" => "https://slsa.dev/provenance/v0.2",
        "slsaprovenance1" => "https://slsa.dev/provenance/v1",
        "spdx" | "spdxjson" => "https://spdx.dev/Document",
        "cyclonedx" => "https://cyclonedx.org/bom",
        "link" => "https://in-toto.io/Link/v1",
        "vuln" => "https://cosign.sigstore.dev/attestation/vuln/v1",
        "openvex" => "https://openvex.dev/ns",
        other => other,
    }
}
