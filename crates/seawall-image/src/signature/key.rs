//! Public keys and what they verify.

use ring::digest;
use ring::signature::{self as schemes, UnparsedPublicKey, VerificationAlgorithm};

use super::der::{DerError, Reader, bit_string, object_identifier, oid, tag};
use super::encoding::hex;
use super::pem;

/// Hash functions that signatures may use; SHA-1 is not among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// The function of an `AlgorithmIdentifier`'s identifier.
    pub(crate) fn of_oid(oid: &[u8]) -> Option<Hash> {
        match oid {
            oid::SHA256 => Some(Hash::Sha256),
            oid::SHA384 => Some(Hash::Sha384),
            oid::SHA512 => Some(Hash::Sha512),
            _ => None,
        }
    }

    /// The function that log entries of version 1 and statements call so.
    pub(crate) fn of_name(name: &str) -> Option<Hash> {
        match name {
            "sha256" => Some(Hash::Sha256),
            "sha384" => Some(Hash::Sha384),
            "sha512" => Some(Hash::Sha512),
            _ => None,
        }
    }

    /// The function that `sigstore/protobuf-specs` calls so (`HashAlgorithm`).
    pub(crate) fn of_tag(name: &str) -> Option<Hash> {
        match name {
            "SHA2_256" => Some(Hash::Sha256),
            "SHA2_384" => Some(Hash::Sha384),
            "SHA2_512" => Some(Hash::Sha512),
            _ => None,
        }
    }

    pub(crate) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Hash::Sha256 => &digest::SHA256,
            Hash::Sha384 => &digest::SHA384,
            Hash::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, bytes).as_ref().to_vec()
    }
}

/// SHA-256 of some bytes.
pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    Hash::Sha256.digest(bytes)
}

/// How a signature was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Ecdsa(Hash),
    Ed25519,
    RsaPkcs1(Hash),
    RsaPss(Hash),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    P256,
    P384,
    Ed25519,
    Rsa,
}

/// Why a public key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes are no `SubjectPublicKeyInfo`.
    #[error("the public key cannot be read: {0}")]
    Malformed(#[from] DerError),
    /// The text holds no key.
    #[error("the text holds no PEM block `PUBLIC KEY`; give the public key that belongs to the signing key")]
    NoPem,
    /// A kind of key that nothing here verifies with.
    #[error("the algorithm of the public key is not supported; use ECDSA P-256 or P-384, Ed25519 or RSA")]
    Unsupported,
}

/// A public key: ECDSA on P-256 or P-384, Ed25519, or RSA of 2048 to 8192 bits.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    kind: Kind,
    /// The key itself, as `ring` takes it.
    bits: Vec<u8>,
    spki: Vec<u8>,
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({:?}, sha256:{})", self.kind, hex(&sha256(&self.spki)))
    }
}

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo`.
    pub fn from_der(spki: &[u8]) -> Result<Self, KeyError> {
        let mut parts = Reader::only(spki, tag::SEQUENCE)?.inside();
        let mut algorithm = parts.sequence()?;
        let bits = bit_string(&mut parts)?;
        parts.finish()?;
        let kind = match object_identifier(&mut algorithm)? {
            oid::EC_PUBLIC_KEY => match object_identifier(&mut algorithm)? {
                oid::P256 => Kind::P256,
                oid::P384 => Kind::P384,
                _ => return Err(KeyError::Unsupported),
            },
            oid::ED25519 => Kind::Ed25519,
            oid::RSA_ENCRYPTION => {
                algorithm.expect(tag::NULL)?;
                Kind::Rsa
            }
            _ => return Err(KeyError::Unsupported),
        };
        algorithm.finish()?;
        let fits = match kind {
            Kind::P256 => bits.len() == 65 && bits.first() == Some(&4),
            Kind::P384 => bits.len() == 97 && bits.first() == Some(&4),
            Kind::Ed25519 => bits.len() == 32,
            Kind::Rsa => Reader::only(bits, tag::SEQUENCE).is_ok(),
        };
        if !fits {
            return Err(KeyError::Malformed(DerError::Value("a public key")));
        }
        Ok(PublicKey { kind, bits: bits.to_vec(), spki: spki.to_vec() })
    }

    /// Reads an RSA key without the identifier of its algorithm (PKCS #1), as old logs publish it.
    pub(crate) fn from_pkcs1(bits: &[u8]) -> Result<Self, KeyError> {
        Reader::only(bits, tag::SEQUENCE)?;
        Ok(PublicKey { kind: Kind::Rsa, bits: bits.to_vec(), spki: bits.to_vec() })
    }

    /// Reads the first PEM block `PUBLIC KEY` of a text.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        Self::from_der(&pem::blocks(text, "PUBLIC KEY").next().ok_or(KeyError::NoPem)?)
    }

    /// The key as `SubjectPublicKeyInfo`.
    pub fn der(&self) -> &[u8] {
        &self.spki
    }

    /// Whether the scheme, this key and these bytes give the signature.
    pub(crate) fn verifies(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        let algorithm: &dyn VerificationAlgorithm = match (self.kind, scheme) {
            (Kind::P256, Scheme::Ecdsa(Hash::Sha256)) => &schemes::ECDSA_P256_SHA256_ASN1,
            (Kind::P256, Scheme::Ecdsa(Hash::Sha384)) => &schemes::ECDSA_P256_SHA384_ASN1,
            (Kind::P384, Scheme::Ecdsa(Hash::Sha256)) => &schemes::ECDSA_P384_SHA256_ASN1,
            (Kind::P384, Scheme::Ecdsa(Hash::Sha384)) => &schemes::ECDSA_P384_SHA384_ASN1,
            (Kind::Ed25519, Scheme::Ed25519) => &schemes::ED25519,
            (Kind::Rsa, Scheme::RsaPkcs1(Hash::Sha256)) => &schemes::RSA_PKCS1_2048_8192_SHA256,
            (Kind::Rsa, Scheme::RsaPkcs1(Hash::Sha384)) => &schemes::RSA_PKCS1_2048_8192_SHA384,
            (Kind::Rsa, Scheme::RsaPkcs1(Hash::Sha512)) => &schemes::RSA_PKCS1_2048_8192_SHA512,
            (Kind::Rsa, Scheme::RsaPss(Hash::Sha256)) => &schemes::RSA_PSS_2048_8192_SHA256,
            (Kind::Rsa, Scheme::RsaPss(Hash::Sha384)) => &schemes::RSA_PSS_2048_8192_SHA384,
            (Kind::Rsa, Scheme::RsaPss(Hash::Sha512)) => &schemes::RSA_PSS_2048_8192_SHA512,
            _ => return false,
        };
        UnparsedPublicKey::new(algorithm, &self.bits).verify(message, signature).is_ok()
    }

    /// Whether a signature that does not name its scheme is one by this key. Tools hash with SHA-256 whatever the curve,
    /// or with the hash that fits the curve; for RSA either padding is in use (`sigstore/protobuf-specs`,
    /// `PublicKeyDetails`).
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let schemes: &[Scheme] = match self.kind {
            Kind::P256 => &[Scheme::Ecdsa(Hash::Sha256)],
            Kind::P384 => &[Scheme::Ecdsa(Hash::Sha384), Scheme::Ecdsa(Hash::Sha256)],
            Kind::Ed25519 => &[Scheme::Ed25519],
            Kind::Rsa => &[Scheme::RsaPkcs1(Hash::Sha256), Scheme::RsaPss(Hash::Sha256)],
        };
        schemes.iter().any(|scheme| self.verifies(*scheme, message, signature))
    }

    /// Whether the key signs the digest of a message, so that one cannot tell it from the message's hash.
    pub(crate) fn is_ed25519(&self) -> bool {
        self.kind == Kind::Ed25519
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From `openssl ecparam -name prime256v1 -genkey | openssl ec -pubout`, and the same for P-521.
    const P256: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2G2Y+2tabdTV5BcGiBIx0a9fAFwr
kBbmLSGtks4L3qX6yYY0zufBnhC8Ur/iy55GhWP/9A/bY2LhC30M9+RYtw==
-----END PUBLIC KEY-----
";

    #[test]
    fn keys_are_read_from_pem() {
        let key = PublicKey::from_pem(P256).unwrap();
        assert_eq!((key.kind, key.der().len(), key.bits.len()), (Kind::P256, 91, 65));
        assert_eq!(PublicKey::from_pem("nothing"), Err(KeyError::NoPem));
        let mut other = key.der().to_vec();
        *other.get_mut(22).unwrap() = 0x22;
        assert_eq!(PublicKey::from_der(&other), Err(KeyError::Unsupported));
        assert!(matches!(PublicKey::from_der(&key.der()[..90]), Err(KeyError::Malformed(_))));
    }

    #[test]
    fn a_scheme_that_does_not_fit_the_key_verifies_nothing() {
        let key = PublicKey::from_pem(P256).unwrap();
        for scheme in [Scheme::Ed25519, Scheme::RsaPkcs1(Hash::Sha256), Scheme::Ecdsa(Hash::Sha512)] {
            assert!(!key.verifies(scheme, b"", b""));
        }
    }
}
