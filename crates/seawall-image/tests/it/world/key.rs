//! Keys that sign.

use ring::digest;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use seawall_yaml::decode_base64;

use super::der::{bits, oid, sequence};

pub(crate) enum Key {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Key {
    pub(crate) fn p256() -> Key {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Key::P256(EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap())
    }

    pub(crate) fn ed25519() -> Key {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Key::Ed25519(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Key::P256(key) => key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Key::Ed25519(key) => key.sign(message).as_ref().to_vec(),
        }
    }

    pub(crate) fn point(&self) -> &[u8] {
        match self {
            Key::P256(key) => key.public_key().as_ref(),
            Key::Ed25519(key) => key.public_key().as_ref(),
        }
    }

    /// `SubjectPublicKeyInfo`
    pub(crate) fn spki(&self) -> Vec<u8> {
        let algorithm = match self {
            Key::P256(_) => sequence(&[oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")]),
            Key::Ed25519(_) => sequence(&[oid("1.3.101.112")]),
        };
        sequence(&[algorithm, bits(self.point())])
    }

    pub(crate) fn pem(&self) -> String {
        pem("PUBLIC KEY", &self.spki())
    }
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", base64(der))
}

pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let mut text = String::new();
    for chunk in bits.as_bytes().chunks(6) {
        let value =
            chunk.iter().fold(0, |value, bit| value << 1 | usize::from(bit - b'0')) << (6 - chunk.len());
        text.push(char::from(DIGITS[value]));
    }
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    assert_eq!(decode_base64(&text).as_deref(), Some(bytes));
    text
}
