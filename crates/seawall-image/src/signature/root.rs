//! The trusted root: keys of logs, and chains of authorities, each with the time in which it is trusted.
//!
//! Source: `sigstore/protobuf-specs`, `sigstore_trustroot.proto`, in JSON. A root is taken as a whole or not at all: a
//! window without a start must not be read as one without a bound. Keys of a kind that nothing here verifies are left out
//! and named in [`TrustedRoot::unsupported`]; what they signed is refused as signed by nobody known.

use seawall_yaml::decode_base64;
use serde::Deserialize;

use super::certificate::{Certificate, CertificateError};
use super::instant::{Instant, Window};
use super::key::{KeyError, PublicKey};
use super::limits::Limits;

/// Why a trusted root is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    /// It is too long.
    #[error("the trusted root has {0} bytes, more than are read")]
    TooLong(usize),
    /// It is not the JSON of a trusted root.
    #[error("the trusted root cannot be read: {0}")]
    Json(String),
    /// It is of a kind that is not known.
    #[error(
        "the media type `{0}` is no trusted root of version 0.1 or 0.2; update the trusted root or this program"
    )]
    MediaType(String),
    /// A log or authority lacks something.
    #[error("in the trusted root, `{what}` {fault}")]
    Entry {
        /// The address of the log or authority, or its place.
        what: String,
        /// What is wrong with it.
        fault: EntryFault,
    },
}

/// What is wrong with an entry of a trusted root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryFault {
    /// No key stands there.
    #[error("has no public key")]
    NoKey,
    /// No certificate stands there.
    #[error("has no certificate")]
    NoCertificate,
    /// The key cannot be read.
    #[error("has a public key that is no key: {0}")]
    Key(KeyError),
    /// A certificate cannot be read.
    #[error("has a certificate that is none: {0}")]
    Certificate(CertificateError),
    /// The window has no start.
    #[error(
        "has no start of its validity, `validFor.start`; without it the entry would be trusted for all time"
    )]
    NoStart,
    /// A time is none.
    #[error("has a time in `validFor` that is no time")]
    Time,
    /// The identity of the log is not given.
    #[error("has no `logId`")]
    NoId,
}

/// A log with its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Log {
    pub(crate) url: String,
    pub(crate) id: Vec<u8>,
    /// The identity that checkpoints name.
    pub(crate) checkpoint_id: Vec<u8>,
    pub(crate) key: PublicKey,
    pub(crate) valid: Window,
}

/// An authority with its chain: the last certificate is the anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authority {
    pub(crate) chain: Vec<Certificate>,
    pub(crate) valid: Window,
}

/// Whom to trust, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedRoot {
    pub(crate) logs: Vec<Log>,
    pub(crate) certificate_logs: Vec<Log>,
    pub(crate) certificate_authorities: Vec<Authority>,
    pub(crate) timestamp_authorities: Vec<Authority>,
    unsupported: Vec<String>,
}

impl TrustedRoot {
    /// Reads the JSON of a trusted root.
    pub fn read(text: &str, limits: &Limits) -> Result<Self, RootError> {
        if text.len() > limits.root {
            return Err(RootError::TooLong(text.len()));
        }
        let json: Json = serde_json::from_str(text).map_err(|error| RootError::Json(error.to_string()))?;
        let known = [
            "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "application/vnd.dev.sigstore.trustedroot+json;version=0.2",
            "application/vnd.dev.sigstore.trustedroot.v0.1+json",
            "application/vnd.dev.sigstore.trustedroot.v0.2+json",
        ];
        if !known.contains(&json.media_type.as_str()) {
            return Err(RootError::MediaType(json.media_type.chars().take(100).collect()));
        }
        let mut root = TrustedRoot::default();
        root.logs = logs(json.tlogs, "tlogs", &mut root.unsupported)?;
        root.certificate_logs = logs(json.ctlogs, "ctlogs", &mut root.unsupported)?;
        root.certificate_authorities =
            authorities(json.certificate_authorities, "certificateAuthorities", &mut root.unsupported)?;
        root.timestamp_authorities =
            authorities(json.timestamp_authorities, "timestampAuthorities", &mut root.unsupported)?;
        Ok(root)
    }

    /// Logs and authorities that are not used, since nothing here verifies with their kind of key.
    pub fn unsupported(&self) -> &[String] {
        &self.unsupported
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Json {
    #[serde(default, alias = "media_type")]
    media_type: String,
    #[serde(default)]
    tlogs: Vec<LogJson>,
    #[serde(default)]
    ctlogs: Vec<LogJson>,
    #[serde(default, alias = "certificate_authorities")]
    certificate_authorities: Vec<AuthorityJson>,
    #[serde(default, alias = "timestamp_authorities")]
    timestamp_authorities: Vec<AuthorityJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogJson {
    #[serde(default, alias = "base_url")]
    base_url: String,
    #[serde(alias = "public_key")]
    public_key: Option<KeyJson>,
    #[serde(alias = "log_id")]
    log_id: Option<IdJson>,
    #[serde(alias = "checkpoint_key_id")]
    checkpoint_key_id: Option<IdJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyJson {
    #[serde(alias = "raw_bytes")]
    raw_bytes: Option<String>,
    #[serde(default, alias = "key_details")]
    key_details: String,
    #[serde(alias = "valid_for")]
    valid_for: Option<RangeJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IdJson {
    #[serde(default, alias = "key_id")]
    key_id: String,
}

#[derive(Deserialize)]
struct RangeJson {
    start: Option<String>,
    end: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthorityJson {
    #[serde(default)]
    uri: String,
    #[serde(alias = "cert_chain")]
    cert_chain: Option<ChainJson>,
    #[serde(alias = "valid_for")]
    valid_for: Option<RangeJson>,
}

#[derive(Deserialize)]
struct ChainJson {
    #[serde(default)]
    certificates: Vec<CertificateJson>,
}

#[derive(Deserialize)]
struct CertificateJson {
    #[serde(rename = "rawBytes", alias = "raw_bytes")]
    raw_bytes: String,
}

fn logs(list: Vec<LogJson>, field: &str, unsupported: &mut Vec<String>) -> Result<Vec<Log>, RootError> {
    let mut logs = Vec::new();
    for (number, json) in list.into_iter().enumerate() {
        let what = called(&json.base_url, field, number);
        match log(json) {
            Ok(log) => logs.push(log),
            Err(EntryFault::Key(KeyError::Unsupported)) => unsupported.push(what),
            Err(fault) => return Err(RootError::Entry { what, fault }),
        }
    }
    Ok(logs)
}

fn log(json: LogJson) -> Result<Log, EntryFault> {
    let key = json.public_key.ok_or(EntryFault::NoKey)?;
    let valid = window(key.valid_for)?;
    let bytes = key.raw_bytes.as_deref().and_then(decode_base64).ok_or(EntryFault::NoKey)?;
    let read = if key.key_details.starts_with("PKCS1_") && PublicKey::from_der(&bytes).is_err() {
        PublicKey::from_pkcs1(&bytes)
    } else {
        PublicKey::from_der(&bytes)
    };
    let key = read.map_err(EntryFault::Key)?;
    let id = |json: Option<IdJson>| json.and_then(|id| decode_base64(&id.key_id)).filter(|id| id.len() >= 4);
    let log_id = id(json.log_id).ok_or(EntryFault::NoId)?;
    let checkpoint_id = id(json.checkpoint_key_id).unwrap_or_else(|| log_id.clone());
    Ok(Log { url: json.base_url, id: log_id, checkpoint_id, key, valid })
}

fn authorities(
    list: Vec<AuthorityJson>,
    field: &str,
    unsupported: &mut Vec<String>,
) -> Result<Vec<Authority>, RootError> {
    let mut authorities = Vec::new();
    for (number, json) in list.into_iter().enumerate() {
        let what = called(&json.uri, field, number);
        match authority(json) {
            Ok(authority) => authorities.push(authority),
            Err(EntryFault::Certificate(CertificateError::Key(KeyError::Unsupported))) => {
                unsupported.push(what)
            }
            Err(fault) => return Err(RootError::Entry { what, fault }),
        }
    }
    Ok(authorities)
}

fn authority(json: AuthorityJson) -> Result<Authority, EntryFault> {
    let valid = window(json.valid_for)?;
    let mut chain = Vec::new();
    for certificate in json.cert_chain.map(|chain| chain.certificates).unwrap_or_default() {
        let der = decode_base64(&certificate.raw_bytes).ok_or(EntryFault::NoCertificate)?;
        chain.push(Certificate::from_der(&der).map_err(EntryFault::Certificate)?);
    }
    if chain.is_empty() { Err(EntryFault::NoCertificate) } else { Ok(Authority { chain, valid }) }
}

fn window(json: Option<RangeJson>) -> Result<Window, EntryFault> {
    let json = json.ok_or(EntryFault::NoStart)?;
    let time = |text: String| Instant::parse(&text).ok_or(EntryFault::Time);
    let start = time(json.start.ok_or(EntryFault::NoStart)?)?;
    Ok(Window { start, end: json.end.map(time).transpose()? })
}

fn called(url: &str, field: &str, number: usize) -> String {
    if url.is_empty() { format!("{field}[{number}]") } else { url.chars().take(200).collect() }
}
