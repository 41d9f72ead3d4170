//! Signatures as cosign has stored them before bundles: a layer with what was signed, and annotations with the rest.
//!
//! Source: `sigstore/cosign`, `specs/SIGNATURE_SPEC.md`. Such signatures hold the log's promise and no inclusion proof, so a
//! promise is enough for them. They are made into a bundle and verified by the same rules.

use std::collections::BTreeMap;

use seawall_yaml::decode_base64;
use serde::Deserialize;

use super::bundle::{Bundle, Content, Material};
use super::certificate::Certificate;
use super::encoding::from_hex;
use super::envelope::{Envelope, EnvelopeJson};
use super::instant::Instant;
use super::limits::Limits;
use super::log::Entry;
use super::refusal::Refusal;
use super::root::TrustedRoot;
use super::verify::{Artifact, LogEvidence, Requirements, Signer, Verified, verify};
use seawall_core::ImageDigest;

/// Annotations of a layer.
pub type Annotations = BTreeMap<String, String>;

const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
const CHAIN: &str = "dev.sigstore.cosign/chain";
const LOG_BUNDLE: &str = "dev.sigstore.cosign/bundle";
const TIMESTAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";

/// What a simple signature says of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Which image.
    pub digest: ImageDigest,
    /// What the signer called it; it proves nothing about what it is called elsewhere.
    pub reference: String,
}

#[derive(Deserialize)]
struct PayloadJson {
    critical: CriticalJson,
}

#[derive(Deserialize)]
struct CriticalJson {
    #[serde(default)]
    identity: IdentityJson,
    image: ImageJson,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Default, Deserialize)]
struct IdentityJson {
    #[serde(default, rename = "docker-reference")]
    reference: String,
}

#[derive(Deserialize)]
struct ImageJson {
    #[serde(rename = "docker-manifest-digest")]
    digest: String,
}

impl Payload {
    /// Reads the payload of a simple signature.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let json: PayloadJson =
            serde_json::from_slice(bytes).map_err(|error| Refusal::Payload(error.to_string()))?;
        let CriticalJson { identity, image, kind } = json.critical;
        if kind != "cosign container image signature" && kind != "https://sigstore.dev/cosign/sign/v1" {
            return Err(Refusal::PayloadKind(kind.chars().take(100).collect()));
        }
        let digest = ImageDigest::parse(&image.digest)
            .ok_or_else(|| Refusal::Payload("the digest of the image is no SHA-256".to_owned()))?;
        Ok(Payload { digest, reference: identity.reference })
    }
}

/// Verifies a simple signature of an image.
///
/// # Errors
///
/// The first property that does not hold.
pub fn verify_simple(
    payload: &[u8],
    annotations: &Annotations,
    image: ImageDigest,
    signer: Signer<'_>,
    root: &TrustedRoot,
    requirements: Requirements,
    limits: &Limits,
) -> Result<Verified, Refusal> {
    short(payload, limits)?;
    let encoded = annotations.get(SIGNATURE).map(String::as_str).unwrap_or_default();
    let signature = decode_base64(encoded).ok_or(Refusal::Field("the signature"))?;
    if signature.is_empty() {
        return Err(Refusal::NoSignature);
    }
    let content = Content::Message { digest: None, signature };
    let bundle = bundle(content, annotations, limits)?;
    let verified = verify(&bundle, Artifact::Bytes(payload), signer, root, promised(requirements), limits)?;
    if Payload::read(payload)?.digest == image { Ok(verified) } else { Err(Refusal::PayloadDigest) }
}

/// Verifies an attestation of an image: a statement in an envelope.
///
/// # Errors
///
/// The first property that does not hold.
pub fn verify_attestation(
    envelope: &[u8],
    annotations: &Annotations,
    image: ImageDigest,
    signer: Signer<'_>,
    root: &TrustedRoot,
    requirements: Requirements,
    limits: &Limits,
) -> Result<Verified, Refusal> {
    short(envelope, limits)?;
    let json: EnvelopeJson =
        serde_json::from_slice(envelope).map_err(|error| Refusal::Json(error.to_string()))?;
    let read = Envelope { stored: Some(envelope.to_vec()), ..json.read()? };
    let bundle = bundle(Content::Envelope(read), annotations, limits)?;
    verify(&bundle, Artifact::Sha256(image.bytes()), signer, root, promised(requirements), limits)
}

fn short(bytes: &[u8], limits: &Limits) -> Result<(), Refusal> {
    if bytes.len() <= limits.bundle {
        return Ok(());
    }
    Err(Refusal::TooLong { bytes: bytes.len(), most: limits.bundle })
}

fn promised(requirements: Requirements) -> Requirements {
    let log = match requirements.log {
        LogEvidence::Proof | LogEvidence::ProofOrPromise => LogEvidence::ProofOrPromise,
        LogEvidence::NotNeeded => LogEvidence::NotNeeded,
    };
    Requirements { log, ..requirements }
}

fn bundle(content: Content, annotations: &Annotations, limits: &Limits) -> Result<Bundle, Refusal> {
    let given = |name: &str| annotations.get(name).filter(|text| !text.trim().is_empty());
    let material = match given(CERTIFICATE) {
        Some(certificate) => self::material(certificate, given(CHAIN), limits)?,
        None => Material::Key,
    };
    let entries = given(LOG_BUNDLE).map(|json| entry(json)).transpose()?.into_iter().collect();
    let timestamps = given(TIMESTAMP).map(|json| timestamp(json)).transpose()?.into_iter().collect();
    Ok(Bundle { material, entries, timestamps, content })
}

/// The signer's certificate and those above it. Cosign stores the root with them, where it proves nothing.
fn material(certificate: &str, chain: Option<&String>, limits: &Limits) -> Result<Material, Refusal> {
    let mut own = Certificate::all_from_pem(certificate)?.into_iter();
    let (Some(leaf), None) = (own.next(), own.next()) else {
        return Err(Refusal::Field("the certificate"));
    };
    let mut between = chain.map(|chain| Certificate::all_from_pem(chain)).transpose()?.unwrap_or_default();
    if between.len() > limits.chain {
        return Err(Refusal::TooMany { what: "certificates", most: limits.chain });
    }
    between.retain(|one| !one.is_self_issued());
    Ok(Material::Certificate { leaf: Box::new(leaf), between })
}

#[derive(Deserialize)]
struct EntryJson {
    #[serde(rename = "SignedEntryTimestamp")]
    promise: String,
    #[serde(rename = "Payload")]
    payload: EntryPayloadJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EntryPayloadJson {
    body: String,
    integrated_time: i64,
    log_index: i64,
    #[serde(rename = "logID")]
    log: String,
}

fn entry(json: &str) -> Result<Entry, Refusal> {
    let json: EntryJson = serde_json::from_str(json).map_err(|error| Refusal::Json(error.to_string()))?;
    let EntryPayloadJson { body, integrated_time, log_index, log } = json.payload;
    Ok(Entry {
        index: log_index,
        log: from_hex(&log).ok_or(Refusal::Field("the identity of a log"))?,
        kind: None,
        integrated: Instant::from_unix(integrated_time),
        promise: Some(decode_base64(&json.promise).ok_or(Refusal::Field("a promise of a log"))?),
        proof: None,
        body: decode_base64(&body).ok_or(Refusal::Field("the body of a log entry"))?,
    })
}

#[derive(Deserialize)]
struct TimestampJson {
    #[serde(rename = "SignedRFC3161Timestamp")]
    signed: String,
}

fn timestamp(json: &str) -> Result<Vec<u8>, Refusal> {
    let json: TimestampJson = serde_json::from_str(json).map_err(|error| Refusal::Json(error.to_string()))?;
    decode_base64(&json.signed).ok_or(Refusal::Field("a timestamp"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads() {
        let text = |kind: &str, digest: &str| {
            format!(
                r#"{{"critical":{{"identity":{{"docker-reference":"r.test/app"}},
                    "image":{{"docker-manifest-digest":"{digest}"}},"type":"{kind}"}},"optional":null}}"#
            )
        };
        let digest = format!("sha256:{}", "0a".repeat(32));
        let read = |kind: &str, digest: &str| Payload::read(text(kind, digest).as_bytes());
        let kind = "cosign container image signature";
        let payload = read(kind, &digest).unwrap();
        assert_eq!((payload.digest.to_string(), payload.reference.as_str()), (digest.clone(), "r.test/app"));
        assert_eq!(read("other", &digest), Err(Refusal::PayloadKind("other".to_owned())));
        assert!(matches!(read(kind, "sha256:0a"), Err(Refusal::Payload(_))));
        assert!(matches!(Payload::read(b"{}"), Err(Refusal::Payload(_))));
    }
}
