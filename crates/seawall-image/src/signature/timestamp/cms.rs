//! The signed structure around a timestamp (RFC 5652, section 5), with one signer and signed attributes, as RFC 3161
//! demands.

use ring::digest;

use super::TimestampError;
use crate::signature::certificate::{Certificate, hash_of, signature_scheme};
use crate::signature::der::{DerError, Element, Reader, integer, object_identifier, oid, small, tag};
use crate::signature::key::{Hash, Scheme};

/// What was signed, by whom, with which certificates at hand.
pub(super) struct SignedData {
    pub(super) content: Vec<u8>,
    /// Those that can be read; none of them is trusted for being here.
    pub(super) certificates: Vec<Certificate>,
    pub(super) signer: Signer,
}

/// The one signer.
pub(super) struct Signer {
    id: SignerId,
    hash: Hash,
    scheme: Scheme,
    /// The signed attributes as the set that is signed.
    attributes: Vec<u8>,
    digest: Vec<u8>,
    /// The hash of the certificate that signed, which keeps another one of the same key from standing in for it.
    certificate: (CertificateHash, Vec<u8>),
    signature: Vec<u8>,
}

enum SignerId {
    Issued { issuer: Vec<u8>, serial: Vec<u8> },
    KeyId(Vec<u8>),
}

enum CertificateHash {
    /// Only ever compared with a certificate that is trusted for other reasons.
    Sha1,
    Other(Hash),
}

/// Certificates of a token that are looked at.
const CERTIFICATES: usize = 16;

impl Signer {
    /// Whether a certificate is the one that the signer names.
    pub(super) fn names(&self, certificate: &Certificate) -> bool {
        match &self.id {
            SignerId::Issued { issuer, serial } => certificate.is_named(issuer, serial),
            SignerId::KeyId(id) => certificate.subject_key_id() == Some(id.as_slice()),
        }
    }
}

impl SignedData {
    /// Holds that a certificate's key signed the content.
    pub(super) fn verify(&self, by: &Certificate) -> Result<(), TimestampError> {
        let signer = &self.signer;
        if signer.hash.digest(&self.content) != signer.digest {
            return Err(TimestampError::Attributes);
        }
        let (algorithm, named) = &signer.certificate;
        let hash = match algorithm {
            CertificateHash::Sha1 => {
                digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, by.der()).as_ref().to_vec()
            }
            CertificateHash::Other(hash) => hash.digest(by.der()),
        };
        if hash != *named {
            return Err(TimestampError::SigningCertificate);
        }
        if by.key().verifies(signer.scheme, &signer.attributes, &signer.signature) {
            Ok(())
        } else {
            Err(TimestampError::Signature)
        }
    }
}

/// Reads `TimeStampResp` (RFC 3161, 2.4.2).
pub(super) fn read(response: &[u8]) -> Result<SignedData, TimestampError> {
    let mut parts = Reader::only(response, tag::SEQUENCE)?.inside();
    // 0 is granted, 1 granted with modifications.
    if small(&mut parts.sequence()?)? > 1 {
        return Err(TimestampError::NotGranted);
    }
    let mut token = parts.sequence()?;
    parts.finish()?;
    if object_identifier(&mut token)? != oid::SIGNED_DATA {
        return Err(TimestampError::Kind);
    }
    let explicit = token.expect(tag::constructed(0))?;
    token.finish()?;
    signed_data(Reader::only(explicit.content, tag::SEQUENCE)?.inside())
}

fn signed_data(mut parts: Reader<'_>) -> Result<SignedData, TimestampError> {
    small(&mut parts)?;
    parts.expect(tag::SET)?;
    let mut content = parts.sequence()?;
    if object_identifier(&mut content)? != oid::TST_INFO {
        return Err(TimestampError::Kind);
    }
    let explicit = content.expect(tag::constructed(0))?;
    content.finish()?;
    let content = Reader::only(explicit.content, tag::OCTET_STRING)?.content.to_vec();
    let certificates = match parts.optional(tag::constructed(0))? {
        Some(set) => certificates(set)?,
        None => Vec::new(),
    };
    parts.optional(tag::constructed(1))?;
    let mut signers = parts.expect(tag::SET)?.inside();
    parts.finish()?;
    let signer = signer(signers.sequence()?)?;
    if !signers.is_empty() {
        return Err(TimestampError::Kind);
    }
    Ok(SignedData { content, certificates, signer })
}

fn certificates(set: Element<'_>) -> Result<Vec<Certificate>, DerError> {
    let mut list = set.inside();
    let mut certificates = Vec::new();
    while !list.is_empty() && certificates.len() < CERTIFICATES {
        certificates.extend(Certificate::from_der(list.next()?.whole).ok());
    }
    Ok(certificates)
}

fn signer(mut parts: Reader<'_>) -> Result<Signer, TimestampError> {
    small(&mut parts)?;
    let id = match parts.optional(tag::context(0))? {
        Some(id) => SignerId::KeyId(id.content.to_vec()),
        None => {
            let mut id = parts.sequence()?;
            let issuer = id.expect(tag::SEQUENCE)?.whole.to_vec();
            let serial = integer(&mut id)?.to_vec();
            id.finish()?;
            SignerId::Issued { issuer, serial }
        }
    };
    let hash = hash_of(&mut parts)?.ok_or(TimestampError::Algorithm)?;
    let attributes = parts.optional(tag::constructed(0))?.ok_or(TimestampError::Attributes)?;
    let scheme = scheme(&parts.expect(tag::SEQUENCE)?, hash)?;
    let signature = parts.expect(tag::OCTET_STRING)?.content.to_vec();
    parts.optional(tag::constructed(1))?;
    parts.finish()?;
    let read = read_attributes(attributes)?;
    // RFC 5652, 5.4: signed is the set with its own tag, not with the one that stands in the structure.
    let mut signed = attributes.whole.to_vec();
    if let Some(first) = signed.first_mut() {
        *first = tag::SET;
    }
    let (digest, certificate) = read;
    Ok(Signer { id, hash, scheme, attributes: signed, digest, certificate, signature })
}

/// The scheme, where the identifier of a key stands for the signature with the digest's hash (RFC 5754, RFC 3370).
fn scheme(algorithm: &Element<'_>, hash: Hash) -> Result<Scheme, TimestampError> {
    let scheme = match object_identifier(&mut algorithm.inside())? {
        oid::RSA_ENCRYPTION => Scheme::RsaPkcs1(hash),
        oid::EC_PUBLIC_KEY => Scheme::Ecdsa(hash),
        _ => signature_scheme(algorithm.content)?.ok_or(TimestampError::Algorithm)?,
    };
    Ok(scheme)
}

type Attributes = (Vec<u8>, (CertificateHash, Vec<u8>));

/// The digest of the content and the hash of the certificate.
fn read_attributes(set: Element<'_>) -> Result<Attributes, TimestampError> {
    let mut list = set.inside();
    let (mut kind, mut digest, mut certificate) = (None, None, None);
    while !list.is_empty() {
        let mut attribute = list.sequence()?;
        let id = object_identifier(&mut attribute)?;
        let mut values = attribute.expect(tag::SET)?.inside();
        attribute.finish()?;
        let once = match id {
            oid::CONTENT_TYPE => kind.replace(object_identifier(&mut values)?).is_none(),
            oid::MESSAGE_DIGEST => {
                digest.replace(values.expect(tag::OCTET_STRING)?.content.to_vec()).is_none()
            }
            oid::SIGNING_CERTIFICATE => {
                certificate.replace(signing_certificate(&mut values, None)?).is_none()
            }
            oid::SIGNING_CERTIFICATE_V2 => {
                // The newer attribute wins where both stand.
                certificate = Some(signing_certificate(&mut values, Some(Hash::Sha256))?);
                true
            }
            _ => continue,
        };
        if !once || !values.is_empty() {
            return Err(TimestampError::Attributes);
        }
    }
    match (kind, digest, certificate) {
        (Some(oid::TST_INFO), Some(digest), Some(certificate)) => Ok((digest, certificate)),
        (_, _, None) => Err(TimestampError::SigningCertificate),
        _ => Err(TimestampError::Attributes),
    }
}

/// The first certificate of `SigningCertificate` (RFC 2634, SHA-1) or of its second version (RFC 5035), of which
/// `default` is the hash.
fn signing_certificate(
    values: &mut Reader<'_>,
    default: Option<Hash>,
) -> Result<(CertificateHash, Vec<u8>), TimestampError> {
    let mut first = values.sequence()?.sequence()?.sequence()?;
    let hash = match default {
        None => CertificateHash::Sha1,
        Some(default) => {
            let mut ahead = first;
            if ahead.optional(tag::SEQUENCE)?.is_some() {
                CertificateHash::Other(hash_of(&mut first)?.ok_or(TimestampError::Algorithm)?)
            } else {
                CertificateHash::Other(default)
            }
        }
    };
    Ok((hash, first.expect(tag::OCTET_STRING)?.content.to_vec()))
}
