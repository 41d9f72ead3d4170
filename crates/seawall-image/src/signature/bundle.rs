//! Sigstore bundles: who signed what, with which evidence, in one JSON document.
//!
//! Source: `sigstore/protobuf-specs`, `sigstore_bundle.proto`, versions 0.1 to 0.3, in the JSON of protocol buffers.
//! Nothing here is believed; what is malformed or may not stand in a bundle is refused.

use seawall_yaml::decode_base64;
use serde::Deserialize;

use super::certificate::Certificate;
use super::envelope::Envelope;
use super::instant::Instant;
use super::key::Hash;
use super::limits::Limits;
use super::log::{Entry, Proof};
use super::refusal::Refusal;

/// A bundle, read but not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    pub(crate) material: Material,
    pub(crate) entries: Vec<Entry>,
    pub(crate) timestamps: Vec<Vec<u8>>,
    pub(crate) content: Content,
}

/// How the signature is to be verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Material {
    /// The certificate of the signer, and those between it and an authority.
    Certificate { leaf: Box<Certificate>, between: Vec<Certificate> },
    /// With a key that the verifier knows.
    Key,
}

/// What was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// An artifact that stands elsewhere.
    Message { digest: Option<(Hash, Vec<u8>)>, signature: Vec<u8> },
    /// A payload in an envelope.
    Envelope(Envelope),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Version {
    V01,
    V02,
    V03,
}

impl Version {
    /// Both spellings of a media type: the version as a parameter, and in the name.
    fn of(media_type: &str) -> Option<Self> {
        let number = media_type.strip_prefix("application/vnd.dev.sigstore.bundle").and_then(|rest| {
            rest.strip_prefix("+json;version=")
                .or_else(|| rest.strip_prefix(".v").and_then(|rest| rest.strip_suffix("+json")))
        })?;
        match number {
            "0.1" => Some(Version::V01),
            "0.2" => Some(Version::V02),
            "0.3" => Some(Version::V03),
            _ => None,
        }
    }
}

impl Bundle {
    /// Reads a bundle.
    pub fn read(text: &str, limits: &Limits) -> Result<Self, Refusal> {
        if text.len() > limits.bundle {
            return Err(Refusal::TooLong { bytes: text.len(), most: limits.bundle });
        }
        let json: Json = serde_json::from_str(text).map_err(|error| Refusal::Json(error.to_string()))?;
        let version = Version::of(&json.media_type)
            .ok_or_else(|| Refusal::MediaType(json.media_type.chars().take(100).collect()))?;
        let given = json.verification_material.ok_or(Refusal::NoMaterial)?;
        let entries = entries(given.tlog_entries, version, limits)?;
        let timestamps = timestamps(given.timestamp_verification_data, limits)?;
        let material = match (given.certificate, given.x509_certificate_chain, given.public_key) {
            (Some(one), None, None) => certificates(vec![one], limits)?,
            (None, Some(_), None) if version >= Version::V03 => return Err(Refusal::ChainNotAllowed),
            (None, Some(chain), None) => certificates(chain.certificates, limits)?,
            (None, None, Some(_)) => Material::Key,
            (None, None, None) => return Err(Refusal::NoMaterial),
            _ => return Err(Refusal::SeveralMaterials),
        };
        let content = match (json.message_signature, json.dsse_envelope) {
            (Some(message), None) => message.read()?,
            (None, Some(envelope)) => Content::Envelope(envelope.read()?),
            (None, None) => return Err(Refusal::NoContent),
            _ => return Err(Refusal::SeveralContents),
        };
        Ok(Bundle { material, entries, timestamps, content })
    }

    /// The signature itself.
    pub(crate) fn signature(&self) -> &[u8] {
        match &self.content {
            Content::Message { signature, .. } => signature,
            Content::Envelope(envelope) => &envelope.signature,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Json {
    #[serde(default, alias = "media_type")]
    media_type: String,
    #[serde(alias = "verification_material")]
    verification_material: Option<MaterialJson>,
    #[serde(alias = "message_signature")]
    message_signature: Option<MessageJson>,
    #[serde(alias = "dsse_envelope")]
    dsse_envelope: Option<super::envelope::EnvelopeJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MaterialJson {
    certificate: Option<CertificateJson>,
    #[serde(alias = "x509_certificate_chain")]
    x509_certificate_chain: Option<ChainJson>,
    #[serde(alias = "public_key")]
    public_key: Option<serde::de::IgnoredAny>,
    #[serde(default, alias = "tlog_entries", deserialize_with = "null_is_empty")]
    tlog_entries: Vec<EntryJson>,
    #[serde(alias = "timestamp_verification_data")]
    timestamp_verification_data: Option<TimestampsJson>,
}

#[derive(Deserialize)]
struct CertificateJson {
    #[serde(rename = "rawBytes", alias = "raw_bytes")]
    raw_bytes: String,
}

#[derive(Deserialize)]
struct ChainJson {
    #[serde(default, deserialize_with = "null_is_empty")]
    certificates: Vec<CertificateJson>,
}

#[derive(Deserialize)]
struct TimestampsJson {
    #[serde(
        default,
        rename = "rfc3161Timestamps",
        alias = "rfc3161_timestamps",
        deserialize_with = "null_is_empty"
    )]
    timestamps: Vec<TimestampJson>,
}

#[derive(Deserialize)]
struct TimestampJson {
    #[serde(rename = "signedTimestamp", alias = "signed_timestamp")]
    signed: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EntryJson {
    #[serde(default, alias = "log_index")]
    log_index: Integer,
    #[serde(alias = "log_id")]
    log_id: Option<IdJson>,
    #[serde(alias = "kind_version")]
    kind_version: Option<KindJson>,
    #[serde(default, alias = "integrated_time")]
    integrated_time: Integer,
    #[serde(alias = "inclusion_promise")]
    inclusion_promise: Option<PromiseJson>,
    #[serde(alias = "inclusion_proof")]
    inclusion_proof: Option<ProofJson>,
    #[serde(default, alias = "canonicalized_body")]
    canonicalized_body: String,
}

#[derive(Deserialize)]
struct IdJson {
    #[serde(rename = "keyId", alias = "key_id")]
    key_id: String,
}

#[derive(Deserialize)]
struct KindJson {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    version: String,
}

#[derive(Deserialize)]
struct PromiseJson {
    #[serde(default, rename = "signedEntryTimestamp", alias = "signed_entry_timestamp")]
    signed: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProofJson {
    #[serde(default, alias = "log_index")]
    log_index: Integer,
    #[serde(default, alias = "root_hash")]
    root_hash: String,
    #[serde(default, alias = "tree_size")]
    tree_size: Integer,
    #[serde(default, deserialize_with = "null_is_empty")]
    hashes: Vec<String>,
    checkpoint: Option<CheckpointJson>,
}

#[derive(Deserialize)]
struct CheckpointJson {
    #[serde(default)]
    envelope: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageJson {
    #[serde(alias = "message_digest")]
    message_digest: Option<DigestJson>,
    #[serde(default)]
    signature: String,
}

#[derive(Deserialize)]
struct DigestJson {
    #[serde(default)]
    algorithm: String,
    #[serde(default)]
    digest: String,
}

/// A 64-bit integer: JSON of protocol buffers writes it as text and reads either.
#[derive(Deserialize)]
#[serde(untagged)]
enum Integer {
    Number(i64),
    Text(String),
}

impl Default for Integer {
    fn default() -> Self {
        Integer::Number(0)
    }
}

impl Integer {
    fn value(&self) -> Result<i64, Refusal> {
        let value = match self {
            Integer::Number(value) => Some(*value),
            Integer::Text(text) => text.parse().ok(),
        };
        value.ok_or(Refusal::Field("an integer of a log entry"))
    }
}

fn null_is_empty<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(from)?.unwrap_or_default())
}

fn bytes(text: &str, field: &'static str) -> Result<Vec<u8>, Refusal> {
    decode_base64(text).ok_or(Refusal::Field(field))
}

fn certificates(list: Vec<CertificateJson>, limits: &Limits) -> Result<Material, Refusal> {
    if list.len() > limits.chain {
        return Err(Refusal::TooMany { what: "certificates", most: limits.chain });
    }
    let mut read = Vec::new();
    for certificate in list {
        read.push(Certificate::from_der(&bytes(&certificate.raw_bytes, "a certificate")?)?);
    }
    // A root that the signer brings proves nothing and must not be there (`sigstore_bundle.proto`).
    if read.iter().any(|one| one.is_authority() && one.is_self_issued()) {
        return Err(Refusal::RootInBundle);
    }
    let mut read = read.into_iter();
    let leaf = read.next().ok_or(Refusal::NoMaterial)?;
    Ok(Material::Certificate { leaf: Box::new(leaf), between: read.collect() })
}

fn timestamps(json: Option<TimestampsJson>, limits: &Limits) -> Result<Vec<Vec<u8>>, Refusal> {
    let list = json.map(|json| json.timestamps).unwrap_or_default();
    if list.len() > limits.timestamps {
        return Err(Refusal::TooMany { what: "timestamps", most: limits.timestamps });
    }
    list.iter().map(|one| bytes(&one.signed, "a timestamp")).collect()
}

fn entries(list: Vec<EntryJson>, version: Version, limits: &Limits) -> Result<Vec<Entry>, Refusal> {
    if list.len() > limits.entries {
        return Err(Refusal::TooMany { what: "log entries", most: limits.entries });
    }
    let mut entries: Vec<Entry> = Vec::new();
    for json in list {
        let entry = entry(json, limits)?;
        if version == Version::V01 && entry.promise.is_none() {
            return Err(Refusal::NoPromise);
        }
        if version > Version::V01 && entry.proof.as_ref().is_none_or(|proof| proof.checkpoint.is_none()) {
            return Err(Refusal::NoProof);
        }
        if entries.iter().any(|other| other.log == entry.log && other.index == entry.index) {
            return Err(Refusal::DuplicateEntry);
        }
        entries.push(entry);
    }
    Ok(entries)
}

fn entry(json: EntryJson, limits: &Limits) -> Result<Entry, Refusal> {
    let id = json.log_id.ok_or(Refusal::Field("the identity of a log"))?;
    let promise = match json.inclusion_promise {
        Some(promise) => {
            Some(bytes(&promise.signed, "a promise of a log")?).filter(|bytes| !bytes.is_empty())
        }
        None => None,
    };
    let index = json.log_index.value()?;
    if index < 0 {
        return Err(Refusal::Field("the index of a log entry"));
    }
    Ok(Entry {
        index,
        log: bytes(&id.key_id, "the identity of a log")?,
        kind: json.kind_version.map(|kind| (kind.kind, kind.version)),
        integrated: Instant::from_unix(json.integrated_time.value()?),
        promise,
        proof: json.inclusion_proof.map(|proof| self::proof(proof, limits)).transpose()?,
        body: bytes(&json.canonicalized_body, "the body of a log entry")?,
    })
}

fn proof(json: ProofJson, limits: &Limits) -> Result<Proof, Refusal> {
    if json.hashes.len() > limits.proof {
        return Err(Refusal::TooMany { what: "hashes of an inclusion proof", most: limits.proof });
    }
    let number = |integer: Integer| {
        integer
            .value()
            .and_then(|value| u64::try_from(value).map_err(|_| Refusal::Field("a number of a proof")))
    };
    let hashes: Result<Vec<Vec<u8>>, Refusal> =
        json.hashes.iter().map(|hash| bytes(hash, "a hash of a proof")).collect();
    Ok(Proof {
        index: number(json.log_index)?,
        size: number(json.tree_size)?,
        root: bytes(&json.root_hash, "the root hash of a proof")?,
        hashes: hashes?,
        checkpoint: json.checkpoint.map(|checkpoint| checkpoint.envelope).filter(|note| !note.is_empty()),
    })
}

impl MessageJson {
    fn read(self) -> Result<Content, Refusal> {
        let signature = bytes(&self.signature, "the signature")?;
        if signature.is_empty() {
            return Err(Refusal::NoSignature);
        }
        let digest = match self.message_digest {
            Some(json) => {
                let hash =
                    Hash::of_tag(&json.algorithm).ok_or(Refusal::Field("the algorithm of the digest"))?;
                Some((hash, bytes(&json.digest, "the digest")?))
            }
            None => None,
        };
        Ok(Content::Message { digest, signature })
    }
}
