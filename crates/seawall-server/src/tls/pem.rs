//! PEM (RFC 7468).

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use seawall_yaml::encode_base64;

use crate::tls::served::TlsError;

/// A certificate.
pub(super) fn certificate(der: &[u8]) -> String {
    armour("CERTIFICATE", der)
}

/// A private key.
pub(super) fn key(der: &[u8]) -> String {
    armour("PRIVATE KEY", der)
}

fn armour(label: &str, der: &[u8]) -> String {
    let text = encode_base64(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        out.extend(line.iter().map(|byte| char::from(*byte)));
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

/// The certificates of a text, at least one.
pub(super) fn read_certificates(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
    found.ok().filter(|found| !found.is_empty()).ok_or(TlsError::NoCertificate)
}

/// What a client is to trust, of a text that may hold other things: certificates alone. A text with a private key is refused,
/// for whoever gave it meant another file.
///
/// # Errors
/// Without a certificate that can be read, or with a private key.
pub fn trusted(text: &str) -> Result<String, TlsError> {
    let is_key = |line: &str| line.starts_with("-----BEGIN ") && line.contains("PRIVATE KEY");
    if text.lines().any(|line| is_key(line.trim())) {
        return Err(TlsError::KeyInBundle);
    }
    Ok(read_certificates(text.as_bytes())?.iter().map(|der| certificate(der)).collect())
}

/// The first private key of a text.
pub(super) fn read_key(text: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(text).map_err(|_| TlsError::BadKey)
}
