//! X.509 certificates (RFC 5280), as far as signatures of images need them.
//!
//! Every extension that is marked critical must be understood; what is understood is read with the certificate, so that a
//! certificate that exists here has no malformed part that matters.

mod algorithm;
mod extensions;
mod path;
pub(crate) mod sct;

use super::der::{DerError, Reader, bit_string, integer, tag, time};
use super::instant::Window;
use super::key::{KeyError, PublicKey, Scheme};
use super::pem;
use extensions::Extensions;

pub(crate) use algorithm::{hash_of, signature_scheme};
pub use extensions::GeneralName;
pub use path::NoPath;
pub(crate) use path::{Path, Usage, find as find_path};

/// Why a certificate cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The bytes are no certificate.
    #[error("the certificate cannot be read: {0}")]
    Malformed(#[from] DerError),
    /// It is of an old version, without extensions.
    #[error("the certificate is not of version 3")]
    Version,
    /// The algorithm is named twice and differently.
    #[error("the certificate names two different signature algorithms")]
    Algorithms,
    /// An extension stands there twice.
    #[error("the certificate has an extension twice")]
    DuplicateExtension,
    /// Its key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    tbs: Vec<u8>,
    scheme: Option<Scheme>,
    signature: Vec<u8>,
    serial: Vec<u8>,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    validity: Window,
    key: PublicKey,
    extensions: Extensions,
}

impl Certificate {
    /// Reads a certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let mut outer = Reader::only(der, tag::SEQUENCE)?.inside();
        let tbs = outer.expect(tag::SEQUENCE)?;
        let algorithm = outer.expect(tag::SEQUENCE)?;
        let signature = bit_string(&mut outer)?;
        outer.finish()?;

        let mut fields = tbs.inside();
        let version = fields.optional(tag::constructed(0))?.ok_or(CertificateError::Version)?;
        if version.content != [tag::INTEGER, 1, 2] {
            return Err(CertificateError::Version);
        }
        let serial = integer(&mut fields)?;
        if fields.expect(tag::SEQUENCE)?.whole != algorithm.whole {
            return Err(CertificateError::Algorithms);
        }
        let issuer = fields.expect(tag::SEQUENCE)?.whole;
        let mut validity = fields.sequence()?;
        let start = time(&mut validity)?;
        let validity_end = time(&mut validity)?;
        validity.finish()?;
        let subject = fields.expect(tag::SEQUENCE)?.whole;
        let key = PublicKey::from_der(fields.expect(tag::SEQUENCE)?.whole)?;
        // Unique identifiers of issuer and subject: obsolete, and of no use here.
        fields.optional(tag::context(1))?;
        fields.optional(tag::context(2))?;
        let extensions = match fields.optional(tag::constructed(3))? {
            Some(explicit) => Extensions::read(explicit.content)?,
            None => Extensions::default(),
        };
        fields.finish()?;
        Ok(Certificate {
            der: der.to_vec(),
            tbs: tbs.whole.to_vec(),
            scheme: signature_scheme(algorithm.content)?,
            signature: signature.to_vec(),
            serial: serial.to_vec(),
            issuer: issuer.to_vec(),
            subject: subject.to_vec(),
            validity: Window { start, end: Some(validity_end) },
            key,
            extensions,
        })
    }

    /// Reads all PEM blocks `CERTIFICATE` of a text.
    pub fn all_from_pem(text: &str) -> Result<Vec<Self>, CertificateError> {
        pem::blocks(text, "CERTIFICATE").map(|der| Self::from_der(&der)).collect()
    }

    /// The bytes that were read.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The public key.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// When it may be used; both ends belong to it.
    pub fn validity(&self) -> Window {
        self.validity
    }

    /// The alternative names of the subject.
    pub fn names(&self) -> &[GeneralName] {
        &self.extensions.names
    }

    /// The issuer of the identity, as Fulcio writes it: extension 1.8, or 1.1 in old certificates.
    pub fn identity_issuer(&self) -> Option<&str> {
        self.extensions.identity_issuer.as_deref()
    }

    /// Whether it may sign certificates.
    pub(crate) fn is_authority(&self) -> bool {
        self.extensions.authority.is_some()
    }

    /// Whether it names itself as its issuer.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether it has this issuer and serial number.
    pub(crate) fn is_named(&self, issuer: &[u8], serial: &[u8]) -> bool {
        self.issuer == issuer && self.serial == serial
    }

    pub(crate) fn subject_key_id(&self) -> Option<&[u8]> {
        self.extensions.subject_key_id.as_deref()
    }
}
