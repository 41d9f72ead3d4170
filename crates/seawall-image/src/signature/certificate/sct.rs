//! Signed certificate timestamps inside certificates (RFC 6962): proof that an authority showed to a log what it issued.

use super::Certificate;
use crate::signature::der::{DerError, Reader, object_identifier, oid, tag};
use crate::signature::instant::Instant;
use crate::signature::key::{Hash, Scheme, sha256};

/// A timestamp of a certificate log.
pub(crate) struct Sct<'a> {
    pub(crate) log: &'a [u8],
    pub(crate) time: Instant,
    millis: u64,
    extensions: &'a [u8],
    /// None for one that no log may use.
    pub(crate) scheme: Option<Scheme>,
    pub(crate) signature: &'a [u8],
}

/// Most timestamps of one certificate that are looked at.
const MOST: usize = 32;

impl Certificate {
    /// The timestamps that are embedded; `None` when the list cannot be read. Unknown versions are passed over.
    pub(crate) fn scts(&self) -> Option<Vec<Sct<'_>>> {
        let Some(bytes) = &self.extensions.scts else { return Some(Vec::new()) };
        let (mut list, rest) = prefixed(bytes)?;
        if !rest.is_empty() {
            return None;
        }
        let mut scts = Vec::new();
        while !list.is_empty() {
            let (one, rest) = prefixed(list)?;
            list = rest;
            let (version, body) = one.split_first()?;
            if *version == 0 {
                scts.push(sct(body)?);
            }
        }
        (scts.len() <= MOST).then_some(scts)
    }

    /// What a log signed: the certificate without the list of timestamps, under the key that issued it (RFC 6962, 3.2).
    pub(crate) fn precertificate(&self, sct: &Sct<'_>, issuer: &Certificate) -> Result<Vec<u8>, DerError> {
        let tbs = without_scts(&self.tbs)?;
        // version 0, certificate_timestamp, …, entry type precert_entry
        let mut message = vec![0, 0];
        message.extend(sct.millis.to_be_bytes());
        message.extend([0, 1]);
        message.extend(sha256(issuer.key.der()));
        let length = u32::try_from(tbs.len()).map_err(|_| DerError::Length)?.to_be_bytes();
        let [0, length @ ..] = length else { return Err(DerError::Length) };
        message.extend(length);
        message.extend(tbs);
        message.extend(u16::try_from(sct.extensions.len()).map_err(|_| DerError::Length)?.to_be_bytes());
        message.extend(sct.extensions);
        Ok(message)
    }
}

/// Bytes with a length of two bytes before them, and what follows.
fn prefixed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// What follows the version of a timestamp.
fn sct(body: &[u8]) -> Option<Sct<'_>> {
    let (log, rest) = body.split_at_checked(32)?;
    let (millis, rest) = rest.split_first_chunk::<8>()?;
    let millis = u64::from_be_bytes(*millis);
    let (extensions, rest) = prefixed(rest)?;
    let ([hash, algorithm], rest) = rest.split_first_chunk::<2>()?;
    let (signature, rest) = prefixed(rest)?;
    // RFC 6962, 2.1.4: ECDSA on P-256 or RSA, with SHA-256; the numbers are those of TLS 1.2.
    let scheme = match (hash, algorithm) {
        (4, 3) => Some(Scheme::Ecdsa(Hash::Sha256)),
        (4, 1) => Some(Scheme::RsaPkcs1(Hash::Sha256)),
        _ => None,
    };
    let time = Instant::from_unix_millis(millis);
    rest.is_empty().then_some(Sct { log, time, millis, extensions, scheme, signature })
}

/// The signed part of a certificate without its list of timestamps.
fn without_scts(tbs: &[u8]) -> Result<Vec<u8>, DerError> {
    let mut fields = Reader::only(tbs, tag::SEQUENCE)?.inside();
    let mut kept = Vec::with_capacity(tbs.len());
    while !fields.is_empty() {
        let field = fields.next()?;
        if field.tag != tag::constructed(3) {
            kept.extend_from_slice(field.whole);
            continue;
        }
        let mut list = Reader::only(field.content, tag::SEQUENCE)?.inside();
        let mut extensions = Vec::with_capacity(field.content.len());
        while !list.is_empty() {
            let extension = list.expect(tag::SEQUENCE)?;
            if object_identifier(&mut extension.inside())? != oid::SCT_LIST {
                extensions.extend_from_slice(extension.whole);
            }
        }
        kept.extend(element(tag::constructed(3), &element(tag::SEQUENCE, &extensions)?)?);
    }
    element(tag::SEQUENCE, &kept)
}

/// An element with a tag and a content.
fn element(tag: u8, content: &[u8]) -> Result<Vec<u8>, DerError> {
    let length = u32::try_from(content.len()).map_err(|_| DerError::Length)?;
    let mut bytes = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => bytes.push(short),
        _ => {
            let digits = length.to_be_bytes();
            let zeros = digits.iter().take_while(|digit| **digit == 0).count();
            bytes.push(0x80 | u8::try_from(4 - zeros).map_err(|_| DerError::Length)?);
            bytes.extend(digits.iter().skip(zeros));
        }
    }
    bytes.extend_from_slice(content);
    Ok(bytes)
}
