//! A certificate authority of one's own, and certificates by it (RFC 5280; keys: ECDSA on P-256).

use std::net::IpAddr;
use std::time::Duration;

use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustls::pki_types::PrivatePkcs8KeyDer;
use seawall_core::date_of_days;

use crate::tls::der::{bits, context, integer, sequence, tag, value};
use crate::tls::served::TlsError;
use crate::tls::x509::{DNS_NAME, Facts, IP_ADDRESS};

/// Clocks differ: a certificate holds from a while before it was made.
const SKEW: u64 = 3600;

/// Object identifiers, as their content is encoded.
mod oid {
    /// 1.2.840.10045.2.1, `id-ecPublicKey`
    pub(super) const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    /// 1.2.840.10045.3.1.7, `prime256v1`
    pub(super) const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    /// 1.2.840.10045.4.3.2, `ecdsa-with-SHA256`
    pub(super) const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
    /// 2.5.4.3
    pub(super) const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
    /// 2.5.29.14
    pub(super) const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];
    /// 2.5.29.15
    pub(super) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
    /// 2.5.29.17
    pub(super) const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
    /// 2.5.29.19
    pub(super) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
    /// 2.5.29.35
    pub(super) const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 0x23];
    /// 2.5.29.37
    pub(super) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
    /// 1.3.6.1.5.5.7.3.1, `id-kp-serverAuth`
    pub(super) const SERVER_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
}

/// A certificate with its private key (PKCS #8), both DER.
#[derive(Clone, PartialEq, Eq)]
pub struct Pair {
    /// The certificate.
    pub certificate: Vec<u8>,
    /// The key.
    pub key: Vec<u8>,
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the key.
        f.debug_struct("Pair").field("certificate", &self.certificate.len()).finish_non_exhaustive()
    }
}

/// A certificate authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority(pub Pair);

/// Whom a certificate is for, and by whom it is.
struct Request<'a> {
    subject: &'a str,
    issuer: &'a str,
    key: &'a EcdsaKeyPair,
    signer: &'a EcdsaKeyPair,
    not_before: u64,
    not_after: u64,
    extensions: Vec<u8>,
}

impl Authority {
    /// A new one, which signs itself.
    ///
    /// # Errors
    /// When there is no randomness to be had.
    pub fn new(now: u64, life: Duration) -> Result<Self, TlsError> {
        let (document, key) = new_key()?;
        let name = name_of(&key);
        let extensions = [
            extension(
                oid::BASIC_CONSTRAINTS,
                true,
                &sequence(&[&value(tag::BOOLEAN, &[0xff]), &integer(&[])]),
            ),
            // Bits 5 and 6: certificates and revocation lists are signed.
            extension(oid::KEY_USAGE, true, &value(tag::BIT_STRING, &[1, 0b0000_0110])),
            extension(oid::SUBJECT_KEY_ID, false, &value(tag::OCTET_STRING, &key_id(&key))),
        ];
        let certificate = certificate(&Request {
            subject: &name,
            issuer: &name,
            key: &key,
            signer: &key,
            not_before: now.saturating_sub(SKEW),
            not_after: now.saturating_add(life.as_secs()),
            extensions: extensions.concat(),
        })?;
        Ok(Authority(Pair { certificate, key: document }))
    }

    /// A certificate for a server of these names, or addresses; it holds no longer than its issuer.
    ///
    /// # Errors
    /// When the authority's key cannot be read, or there is no randomness to be had.
    pub fn issue(&self, names: &[String], now: u64, life: Duration) -> Result<Pair, TlsError> {
        let signer = load_key(&self.0.key)?;
        let until = Facts::read(&self.0.certificate).ok_or(TlsError::NoCertificate)?.not_after;
        let (document, key) = new_key()?;
        let alternatives: Vec<Vec<u8>> = names.iter().map(|name| alternative(name)).collect();
        let alternatives: Vec<&[u8]> = alternatives.iter().map(Vec::as_slice).collect();
        let issuer_id = value(0x80, &key_id(&signer));
        let extensions = [
            extension(oid::BASIC_CONSTRAINTS, true, &sequence(&[])),
            // Bit 0: handshakes are signed.
            extension(oid::KEY_USAGE, true, &value(tag::BIT_STRING, &[7, 0b1000_0000])),
            extension(oid::EXTENDED_KEY_USAGE, false, &sequence(&[&value(tag::OID, oid::SERVER_AUTH)])),
            extension(oid::SUBJECT_KEY_ID, false, &value(tag::OCTET_STRING, &key_id(&key))),
            extension(oid::AUTHORITY_KEY_ID, false, &sequence(&[&issuer_id])),
            extension(oid::SUBJECT_ALT_NAME, false, &sequence(&alternatives)),
        ];
        let certificate = certificate(&Request {
            subject: "seawall-admission",
            issuer: &name_of(&signer),
            key: &key,
            signer: &signer,
            not_before: now.saturating_sub(SKEW),
            not_after: now.saturating_add(life.as_secs()).min(until),
            extensions: extensions.concat(),
        })?;
        Ok(Pair { certificate, key: document })
    }
}

/// A name that no two authorities share: clients that know both find the right one by it.
fn name_of(key: &EcdsaKeyPair) -> String {
    use std::fmt::Write as _;

    key_id(key).iter().take(8).fold("seawall-admission-ca-".to_owned(), |mut name, byte| {
        _ = write!(name, "{byte:02x}");
        name
    })
}

/// What a client calls a server by: an address is one by its bytes, and no name.
fn alternative(name: &str) -> Vec<u8> {
    match name.parse() {
        Ok(IpAddr::V4(address)) => value(IP_ADDRESS, &address.octets()),
        Ok(IpAddr::V6(address)) => value(IP_ADDRESS, &address.octets()),
        Err(_) => value(DNS_NAME, name.as_bytes()),
    }
}

fn new_key() -> Result<(Vec<u8>, EcdsaKeyPair), TlsError> {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random);
    let document = document.map_err(|_| TlsError::NoRandomness)?.as_ref().to_vec();
    let key = load_key(&document)?;
    Ok((document, key))
}

fn load_key(document: &[u8]) -> Result<EcdsaKeyPair, TlsError> {
    let document = PrivatePkcs8KeyDer::from(document);
    EcdsaKeyPair::from_pkcs8(
        &ECDSA_P256_SHA256_ASN1_SIGNING,
        document.secret_pkcs8_der(),
        &SystemRandom::new(),
    )
    .map_err(|_| TlsError::BadKey)
}

/// RFC 7093, section 2, method 1: the left 160 bits of SHA-256.
fn key_id(key: &EcdsaKeyPair) -> Vec<u8> {
    digest(&SHA256, key.public_key().as_ref()).as_ref().iter().copied().take(20).collect()
}

fn certificate(request: &Request<'_>) -> Result<Vec<u8>, TlsError> {
    let random = SystemRandom::new();
    let mut serial = [0_u8; 16];
    random.fill(&mut serial).map_err(|_| TlsError::NoRandomness)?;
    let algorithm = sequence(&[&value(tag::OID, oid::ECDSA_SHA256)]);
    let key_algorithm = sequence(&[&value(tag::OID, oid::EC_PUBLIC_KEY), &value(tag::OID, oid::P256)]);
    let to_sign = sequence(&[
        // Version 3 is written 2.
        &context(0, &integer(&[2])),
        &integer(&serial),
        &algorithm,
        &name(request.issuer),
        &sequence(&[&time(request.not_before), &time(request.not_after)]),
        &name(request.subject),
        &sequence(&[&key_algorithm, &bits(request.key.public_key().as_ref())]),
        &context(3, &value(tag::SEQUENCE, &request.extensions)),
    ]);
    let signature = request.signer.sign(&random, &to_sign).map_err(|_| TlsError::NoRandomness)?;
    Ok(sequence(&[&to_sign, &algorithm, &bits(signature.as_ref())]))
}

fn name(common_name: &str) -> Vec<u8> {
    let pair =
        sequence(&[&value(tag::OID, oid::COMMON_NAME), &value(tag::UTF8_STRING, common_name.as_bytes())]);
    sequence(&[&value(tag::SET, &pair)])
}

fn extension(id: &[u8], critical: bool, content: &[u8]) -> Vec<u8> {
    let critical = if critical { value(tag::BOOLEAN, &[0xff]) } else { Vec::new() };
    sequence(&[&value(tag::OID, id), &critical, &value(tag::OCTET_STRING, content)])
}

/// To the year 2049 with two digits, then with four (RFC 5280, 4.1.2.5).
fn time(seconds: u64) -> Vec<u8> {
    let days = i64::try_from(seconds / 86_400).unwrap_or(i64::MAX).min(2_932_896);
    let (year, month, day) = date_of_days(days);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let rest = format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
    if year < 2050 {
        value(tag::UTC_TIME, format!("{:02}{rest}", year % 100).as_bytes())
    } else {
        value(tag::GENERALIZED_TIME, format!("{year:04}{rest}").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    /// 2026-11-29
    const NOW: u64 = 1_795_910_400;

    #[test]
    fn what_is_issued_is_read_again() {
        let authority = Authority::new(NOW, 365 * DAY).unwrap();
        let facts = Facts::read(&authority.0.certificate).unwrap();
        assert_eq!((facts.not_before, facts.not_after), (NOW - SKEW, NOW + 365 * 86_400));
        let names = ["a.shop.svc", "127.0.0.1", "localhost", "fd00::1"].map(str::to_owned);
        let leaf = authority.issue(&names, NOW, 30 * DAY).unwrap();
        let facts = Facts::read(&leaf.certificate).unwrap();
        assert!(facts.is_for(&names) && !facts.is_for(&names[1..]));
        let holds = |part: &[u8]| leaf.certificate.windows(part.len()).any(|window| window == part);
        assert!(holds(&[0x87, 4, 127, 0, 0, 1]) && !holds(b"127.0.0.1"));
        assert_eq!(facts.not_after, NOW + 30 * 86_400);
        assert!(facts.holds(NOW) && !facts.holds(NOW + 31 * 86_400) && !facts.holds(NOW - 2 * SKEW));
    }

    #[test]
    fn nothing_outlives_its_issuer_and_times_after_2049_have_four_digits() {
        let authority = Authority::new(NOW, 9_000 * DAY).unwrap();
        let leaf = authority.issue(&[], NOW, 20_000 * DAY).unwrap();
        let until = NOW + 9_000 * 86_400;
        assert_eq!(Facts::read(&leaf.certificate).unwrap().not_after, until);
        assert!(until > 2_524_608_000, "in 2050 or later");
    }

    #[test]
    fn keys_are_not_printed() {
        let authority = Authority::new(NOW, DAY).unwrap();
        let printed = format!("{authority:?}");
        assert!(printed.len() < 80, "{printed}");
    }

    #[test]
    fn garbage_is_no_certificate() {
        let good = Authority::new(NOW, DAY).unwrap().0.certificate;
        for end in 0..good.len() {
            assert_eq!(Facts::read(&good[..end]), None);
        }
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0xff;
            let _ = Facts::read(&bad);
        }
    }
}
