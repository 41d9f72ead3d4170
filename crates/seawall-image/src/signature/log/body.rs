//! Bodies of log entries: what was signed, with which signature, by whom. Source: the schemas of `sigstore/rekor` (v1) and
//! `sigstore/rekor-tiles` (v2).

use seawall_yaml::decode_base64;
use serde_json::Value;

use crate::signature::encoding::from_hex;
use crate::signature::key::Hash;
use crate::signature::pem;

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Logged {
    pub(crate) kind: String,
    pub(crate) version: String,
    pub(crate) subject: Subject,
    /// Signature and who can verify it; a DSSE envelope may have several. No signature stands where the subject holds it.
    pub(crate) signatures: Vec<(Option<Vec<u8>>, Verifier)>,
}

/// A hash of what was logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Digest {
    hash: Hash,
    bytes: Vec<u8>,
}

impl Digest {
    /// Whether it is the digest of these bytes.
    pub(crate) fn is_of(&self, bytes: &[u8]) -> bool {
        self.hash.digest(bytes) == self.bytes
    }
}

/// What an entry holds the digest of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// What the signature covers: the artifact, or the encoding of an envelope before it is signed.
    Signed(Digest),
    /// The payload of an envelope.
    Payload(Digest),
    /// An envelope with its signature, byte by byte as it was uploaded.
    Envelope(Digest),
}

/// Who can verify a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verifier {
    /// The DER of a certificate.
    Certificate(Vec<u8>),
    /// A `SubjectPublicKeyInfo`.
    Key(Vec<u8>),
}

/// Reads a body; `None` for kinds and versions that do not bind a signature, and for what is malformed.
pub(crate) fn read(body: &[u8]) -> Option<Logged> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let text = |name: &str| body.get(name)?.as_str().map(str::to_owned);
    let (kind, version) = (text("kind")?, text("apiVersion")?);
    let spec = body.get("spec")?;
    let (subject, signatures) = match (kind.as_str(), version.as_str()) {
        ("hashedrekord", "0.0.1") => hashedrekord_v1(spec)?,
        ("intoto", "0.0.1") => intoto_v1(spec)?,
        ("intoto", "0.0.2") => intoto_v2(spec)?,
        ("dsse", "0.0.1") => dsse_v1(spec)?,
        ("hashedrekord", "0.0.2") => hashedrekord_v2(spec.get("hashedRekordV002")?)?,
        ("dsse", "0.0.2") => dsse_v2(spec.get("dsseV002")?)?,
        _ => return None,
    };
    Some(Logged { kind, version, subject, signatures })
}

type Read = Option<(Subject, Vec<(Option<Vec<u8>>, Verifier)>)>;

fn hashedrekord_v1(spec: &Value) -> Read {
    let digest = hex_digest(spec.pointer("/data/hash")?)?;
    let signature = bytes(spec.pointer("/signature/content")?)?;
    let verifier = pem_verifier(spec.pointer("/signature/publicKey/content")?)?;
    Some((Subject::Signed(digest), vec![(Some(signature), verifier)]))
}

fn intoto_v1(spec: &Value) -> Read {
    let digest = hex_digest(spec.pointer("/content/hash")?)?;
    Some((Subject::Envelope(digest), vec![(None, pem_verifier(spec.get("publicKey")?)?)]))
}

/// The signature is encoded twice: once by the envelope, once by the log.
fn intoto_v2(spec: &Value) -> Read {
    let digest = hex_digest(spec.pointer("/content/payloadHash")?)?;
    let signatures = spec.pointer("/content/envelope/signatures")?.as_array()?;
    let signature = |one: &Value| {
        let text = String::from_utf8(bytes(one.get("sig")?)?).ok()?;
        Some((Some(decode_base64(&text)?), pem_verifier(one.get("publicKey")?)?))
    };
    Some((Subject::Payload(digest), signatures.iter().map(signature).collect::<Option<_>>()?))
}

fn dsse_v1(spec: &Value) -> Read {
    let digest = hex_digest(spec.get("payloadHash")?)?;
    let signatures = spec.get("signatures")?.as_array()?;
    let signature =
        |one: &Value| Some((Some(bytes(one.get("signature")?)?), pem_verifier(one.get("verifier")?)?));
    Some((Subject::Payload(digest), signatures.iter().map(signature).collect::<Option<_>>()?))
}

fn hashedrekord_v2(spec: &Value) -> Read {
    let digest = tagged_digest(spec.get("data")?)?;
    Some((Subject::Signed(digest), vec![signature_v2(spec.get("signature")?)?]))
}

fn dsse_v2(spec: &Value) -> Read {
    let digest = tagged_digest(spec.get("payloadHash")?)?;
    let signatures = spec.get("signatures")?.as_array()?;
    Some((Subject::Payload(digest), signatures.iter().map(signature_v2).collect::<Option<_>>()?))
}

fn signature_v2(one: &Value) -> Option<(Option<Vec<u8>>, Verifier)> {
    let verifier = one.get("verifier")?;
    let raw = |name: &str| verifier.get(name)?.get("rawBytes").and_then(bytes);
    let verifier = match (raw("x509Certificate"), raw("publicKey")) {
        (Some(certificate), None) => Verifier::Certificate(certificate),
        (None, Some(key)) => Verifier::Key(key),
        _ => return None,
    };
    Some((Some(bytes(one.get("content")?)?), verifier))
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    decode_base64(value.as_str()?)
}

/// `{"algorithm":"sha256","value":"<hex>"}`
fn hex_digest(json: &Value) -> Option<Digest> {
    let hash = Hash::of_name(json.get("algorithm")?.as_str()?)?;
    Some(Digest { hash, bytes: from_hex(json.get("value")?.as_str()?)? })
}

/// `{"algorithm":"SHA2_256","digest":"<base64>"}`
fn tagged_digest(json: &Value) -> Option<Digest> {
    let hash = Hash::of_tag(json.get("algorithm")?.as_str()?)?;
    Some(Digest { hash, bytes: bytes(json.get("digest")?)? })
}

/// PEM of a certificate or a key, in base64.
fn pem_verifier(value: &Value) -> Option<Verifier> {
    let text = String::from_utf8(bytes(value)?).ok()?;
    match (pem::blocks(&text, "CERTIFICATE").next(), pem::blocks(&text, "PUBLIC KEY").next()) {
        (Some(certificate), None) => Some(Verifier::Certificate(certificate)),
        (None, Some(key)) => Some(Verifier::Key(key)),
        _ => None,
    }
}
