//! Where signatures come from.

use super::Bundle;
use super::cosign::{Annotations, verify_attestation, verify_simple};
use super::gap::{Cause, Gap};
use super::limits::Limits;
use super::refusal::Refusal;
use super::root::TrustedRoot;
use super::verify::{Artifact, Requirements, Signer, Verified, verify};
use seawall_core::ImageDigest;

/// What the statement of a signature that says nothing else is called (cosign 3).
pub(crate) const SIGNED: &str = "https://sigstore.dev/cosign/sign/v1";

/// One signature or attestation as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    /// A simple signature: what was signed, and annotations.
    Simple {
        /// The layer.
        payload: Vec<u8>,
        /// The annotations of the layer.
        annotations: Annotations,
    },
    /// A statement in an envelope, and annotations.
    Attestation {
        /// The layer.
        envelope: Vec<u8>,
        /// The annotations of the layer.
        annotations: Annotations,
    },
    /// A bundle.
    Bundle(String),
}

impl Signed {
    /// How long it is, with its annotations.
    pub fn bytes(&self) -> usize {
        match self {
            Signed::Simple { payload: bytes, annotations }
            | Signed::Attestation { envelope: bytes, annotations } => {
                bytes.len() + annotations.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>()
            }
            Signed::Bundle(text) => text.len(),
        }
    }

    /// Verifies it as one of an image.
    ///
    /// # Errors
    ///
    /// The first property that does not hold.
    pub fn verify(
        &self,
        image: ImageDigest,
        signer: Signer<'_>,
        root: &TrustedRoot,
        requirements: Requirements,
        limits: &Limits,
    ) -> Result<Verified, Refusal> {
        match self {
            Signed::Simple { payload, annotations } => {
                verify_simple(payload, annotations, image, signer, root, requirements, limits)
            }
            Signed::Attestation { envelope, annotations } => {
                verify_attestation(envelope, annotations, image, signer, root, requirements, limits)
            }
            Signed::Bundle(text) => {
                let bundle = Bundle::read(text, limits)?;
                verify(&bundle, Artifact::Sha256(image.bytes()), signer, root, requirements, limits)
            }
        }
    }
}

/// What is stored for an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// All signatures and attestations, in the order of the store.
    pub signed: Vec<Signed>,
    /// What was there and could not be read, or was more than is looked at.
    pub faults: Vec<String>,
}

/// Why nothing is known about an image: never the same as "it has no signatures".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The store does not answer.
    #[error("the store of signatures cannot be read: {0}")]
    Unreachable(Gap),
    /// What it says is no such store.
    #[error("the store of signatures is malformed: {0}")]
    Malformed(String),
}

impl From<SourceError> for Gap {
    fn from(error: SourceError) -> Self {
        let cause = match &error {
            SourceError::Unreachable(gap) => gap.cause,
            SourceError::Malformed(_) => Cause::Here,
        };
        Gap::new(cause, error.to_string())
    }
}

/// A store of signatures: a registry, or a folder.
pub trait SignatureSource {
    /// The signatures and attestations of an image; an empty list when the store says that there are none.
    ///
    /// # Errors
    ///
    /// When the store cannot say.
    fn signatures(&self, image: ImageDigest) -> Result<Found, SourceError>;
}

/// What a store said when it was asked: for stores that are asked before anything is judged.
impl SignatureSource for Result<Found, SourceError> {
    fn signatures(&self, _: ImageDigest) -> Result<Found, SourceError> {
        self.clone()
    }
}
